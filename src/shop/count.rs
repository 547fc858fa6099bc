//! What a warehouse counted, so that its orders can stay where they are.

/// What all orders say of one product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemCount<'a> {
    /// The product.
    pub sku: &'a str,
    /// Orders that hold it.
    pub orders: u64,
    /// Σ size^-½ over these orders, where it is one of the hundred products that count.
    pub weight: f64,
    /// All orders of the shop: the same in every row.
    pub shop_orders: u64,
    /// Σ size^-½ over all orders of the shop: the same in every row.
    pub shop_weight: f64,
}

/// What the orders that hold two products say of the pair. Which of the two comes first has no meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairCount<'a> {
    /// One product.
    pub sku_a: &'a str,
    /// The other.
    pub sku_b: &'a str,
    /// Orders that hold both.
    pub orders: u64,
    /// Σ size^-½.
    pub weight: f64,
    /// Σ (size − 1)^-½.
    pub corrected: f64,
    /// Σ size^-0.7.
    pub walk: f64,
    /// Σ idf², idf = ln(products sold) − ln(1 + size).
    pub telling: f64,
}

/// One product of a late order that asks a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestionLine<'a> {
    /// Which question; the number says nothing else.
    pub question: u64,
    /// The product.
    pub sku: &'a str,
}
