//! Why an item is not in a list.

/// Why an item is not in a list: the first that holds. The names and numbers are part of the npm package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Rejection {
    /// It lies in the cart.
    InCart = 1,
    /// It is the product whose page is open.
    Product = 2,
    /// It was just looked at, and the placement shows what is similar.
    Viewed = 3,
    /// It is another variant of one of these.
    Variant = 4,
    /// The request excludes it.
    Excluded = 5,
    /// Another block of the page shows it.
    OnPage = 6,
    /// Its stock: the placement hides items in this state.
    Stock = 7,
    /// The overlay that told its stock is stale.
    Stale = 8,
    /// Its live price is too far from the trained one, and nobody confirmed it.
    PriceJump = 9,
    /// A rule excludes it.
    Rule = 10,
    /// Rules include others only.
    NotIncluded = 11,
    /// It is hidden at this placement whatever is asked: by a rule without conditions, or by the margin floor.
    Hidden = 12,
    /// The context holds something of its category.
    SameCategory = 13,
    /// Its brand: the placement's policy of brands.
    Brand = 14,
    /// Its price is outside the window, or unknown.
    Price = 15,
    /// Its relevance is below the least.
    MinRelevance = 16,
    /// The list holds as many of its category as it may.
    CategoryCap = 17,
    /// The list holds as many of its brand as it may.
    BrandCap = 18,
    /// The list holds as many of its variants as it may.
    GroupCap = 19,
    /// It is new, and no place was left for a new product.
    New = 20,
    /// Others came first.
    Outranked = 21,
}

impl Rejection {
    /// Every reason, by number from 1.
    pub const ALL: [Self; 21] = [
        Self::InCart,
        Self::Product,
        Self::Viewed,
        Self::Variant,
        Self::Excluded,
        Self::OnPage,
        Self::Stock,
        Self::Stale,
        Self::PriceJump,
        Self::Rule,
        Self::NotIncluded,
        Self::Hidden,
        Self::SameCategory,
        Self::Brand,
        Self::Price,
        Self::MinRelevance,
        Self::CategoryCap,
        Self::BrandCap,
        Self::GroupCap,
        Self::New,
        Self::Outranked,
    ];

    /// The name used in explanations.
    pub fn name(self) -> &'static str {
        match self {
            Self::InCart => "in_cart",
            Self::Product => "product",
            Self::Viewed => "viewed",
            Self::Variant => "variant",
            Self::Excluded => "excluded",
            Self::OnPage => "on_page",
            Self::Stock => "stock",
            Self::Stale => "stale",
            Self::PriceJump => "price_jump",
            Self::Rule => "rule",
            Self::NotIncluded => "not_included",
            Self::Hidden => "hidden",
            Self::SameCategory => "same_category",
            Self::Brand => "brand",
            Self::Price => "price",
            Self::MinRelevance => "min_relevance",
            Self::CategoryCap => "category_cap",
            Self::BrandCap => "brand_cap",
            Self::GroupCap => "group_cap",
            Self::New => "new",
            Self::Outranked => "outranked",
        }
    }

    /// The step of the order of operations that this belongs to: 2 eligibility, 3 calibration, 5 filling.
    pub fn step(self) -> u8 {
        match self {
            Self::MinRelevance => 3,
            Self::CategoryCap | Self::BrandCap | Self::GroupCap | Self::New | Self::Outranked => 5,
            _ => 2,
        }
    }
}
