//! Which column holds which field, found by header name.

/// What a file of one kind may hold: a field, its names, and whether rows make sense without it.
pub(super) struct Field {
    /// Our name, which is also the first one looked for.
    pub name: &'static str,
    /// Other names, the surest first; compared like headers, see [`plain`].
    pub synonyms: &'static [&'static str],
    /// Whether the file cannot be read without it.
    pub required: bool,
    /// The required field that this one can stand in for.
    pub instead_of: Option<&'static str>,
    /// Whether lists and objects of JSON are welcome; they are then its text.
    pub nested: bool,
}

impl Field {
    /// A field that every file must have.
    pub(super) const fn required(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self { name, synonyms, required: true, instead_of: None, nested: false }
    }

    /// A field that may be missing.
    pub(super) const fn optional(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self { name, synonyms, required: false, instead_of: None, nested: false }
    }

    /// A field that may be missing and may be a list or an object of JSON.
    pub(super) const fn nested(name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self { name, synonyms, required: false, instead_of: None, nested: true }
    }

    /// A field that may be missing, and with which the required field `other` may be.
    pub(super) const fn instead_of(other: &'static str, name: &'static str, synonyms: &'static [&'static str]) -> Self {
        Self { name, synonyms, required: false, instead_of: Some(other), nested: false }
    }
}

/// Names of the SKU that exports use; the surest first.
pub(super) const SKU_NAMES: &[&str] = &[
    "item_sku",
    "product_sku",
    "variant_sku",
    "lineitem_sku",
    "stock_code",
    "item_id",
    "product_id",
    "article_number",
    "item_number",
    "article",
    "item",
    "product",
    "id",
];

/// Names of a date and time.
pub(super) const TIMESTAMP_NAMES: &[&str] = &[
    "datetime",
    "date_time",
    "order_date",
    "invoice_date",
    "created_at",
    "event_time",
    "event_timestamp",
    "order_timestamp",
    "order_time",
    "purchase_date",
    "transaction_date",
    "date",
    "time",
    "ts",
];

/// The columns of one file.
#[derive(Debug, PartialEq)]
pub(super) struct Columns {
    /// For each field the column it was found in.
    pub places: Vec<Option<usize>>,
}

/// A required field was not found.
#[derive(Debug, PartialEq)]
pub(super) struct Missing {
    /// Index into the fields.
    pub field: usize,
    /// The header most like one of its names, where one is like it at all.
    pub nearest: Option<String>,
}

/// A header without case, spaces and punctuation: `Item ID`, `item_id` and `ITEM-ID` are one name.
pub(super) fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Columns {
    /// Finds `fields` among `headers`: first every field by its own name, then by synonyms in their order. A column
    /// serves one field only, and of equal headers the first counts.
    ///
    /// # Errors
    ///
    /// [`Missing`] for the first required field without a column.
    pub(super) fn find(headers: &[String], fields: &[Field]) -> Result<Self, Missing> {
        let names: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        let mut taken = vec![false; names.len()];
        let mut places = vec![None; fields.len()];
        for (place, field) in places.iter_mut().zip(fields) {
            *place = claim(&names, &mut taken, field.name);
        }
        for (place, field) in places.iter_mut().zip(fields) {
            let mut synonyms = field.synonyms.iter();
            while place.is_none() {
                let Some(name) = synonyms.next() else { break };
                *place = claim(&names, &mut taken, name);
            }
        }
        let replaced = |missing: &Field| {
            let found = fields.iter().zip(&places).filter(|(_, place)| place.is_some());
            found.map(|(field, _)| field).any(|field| field.instead_of == Some(missing.name))
        };
        let lacks = |(field, place): (&Field, &Option<usize>)| field.required && place.is_none() && !replaced(field);
        match fields.iter().zip(&places).position(lacks) {
            Some(field) => Err(Missing { field, nearest: nearest(headers, &taken, &fields[field]) }),
            None => Ok(Self { places }),
        }
    }
}

/// The first free column called `name`, which is then taken.
fn claim(names: &[String], taken: &mut [bool], name: &str) -> Option<usize> {
    let name = plain(name);
    let place = names.iter().enumerate().position(|(at, n)| !taken[at] && *n == name)?;
    taken[place] = true;
    Some(place)
}

/// The free header most like one of the field's names.
fn nearest(headers: &[String], taken: &[bool], field: &Field) -> Option<String> {
    // Below this similarity a suggestion confuses more than it helps.
    const LIKE: f64 = 0.75;
    let mut best: (f64, Option<&String>) = (LIKE, None);
    for (header, _) in headers.iter().zip(taken).filter(|(_, taken)| !**taken) {
        // Nobody's misspelling is that long, and the comparison takes quadratic time.
        let written: String = plain(header).chars().take(64).collect();
        for name in std::iter::once(&field.name).chain(field.synonyms) {
            let like = strsim::jaro_winkler(&written, &plain(name));
            if like > best.0 {
                best = (like, Some(header));
            }
        }
    }
    best.1.cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[
        Field::required("sku", SKU_NAMES),
        Field::required("order_id", &["order", "invoice"]),
        Field::optional("quantity", &["qty"]),
    ];

    fn find(headers: &[&str]) -> Result<Vec<Option<usize>>, Missing> {
        let headers: Vec<String> = headers.iter().map(|h| h.to_string()).collect();
        Columns::find(&headers, FIELDS).map(|columns| columns.places)
    }

    #[test]
    fn case_spaces_and_punctuation_do_not_matter() {
        assert_eq!(find(&["Order ID", "Item-Id", " QTY "]), Ok(vec![Some(1), Some(0), Some(2)]));
        assert_eq!(find(&["StockCode", "INVOICE"]), Ok(vec![Some(0), Some(1), None]));
    }

    #[test]
    fn an_exact_name_beats_a_synonym_and_a_sure_synonym_an_unsure_one() {
        assert_eq!(find(&["item_id", "sku", "order_id"]).unwrap()[0], Some(1));
        assert_eq!(find(&["id", "product_id", "order_id"]).unwrap()[0], Some(1));
        assert_eq!(find(&["sku", "order", "order_id"]).unwrap()[1], Some(2));
    }

    #[test]
    fn of_equal_headers_the_first_counts() {
        assert_eq!(find(&["sku", "SKU", "order"]).unwrap()[0], Some(0));
    }

    #[test]
    fn what_is_missing_comes_with_the_nearest_header() {
        assert_eq!(find(&["sku", "ordr_id"]), Err(Missing { field: 1, nearest: Some("ordr_id".into()) }));
        assert_eq!(find(&["sku", "colour"]), Err(Missing { field: 1, nearest: None }));
    }
}
