//! Rules from a spreadsheet: one rule a row, made into `[[rule]]` tables and read by the same parser as the file.
//!
//! | Column | Becomes |
//! |---|---|
//! | `name` | `name` |
//! | `placements` | `placements` |
//! | `action` | `exclude`, `include_only`, `boost`, `bury` or `pin` |
//! | `value` | the factor of `boost` and `bury`, the slot of `pin` |
//! | `sku`, `title`, `category`, `brand`, `tag`, `group` | tests of `match` |
//! | `price_min`, `price_max`, `margin_min` … `stock_min` … `age_max` | spans of `match` |
//! | `stock` | words of states |
//! | `not_sku` … `not_group` | tests of `match.not` |
//! | `cart_any_sku` …, `cart_all_…`, `cart_none_…`, `product_…` | tests of `when` |
//! | `subtotal_min`, `subtotal_max`, `lines_min`, `lines_max` | spans of `when` |
//! | `segment` | `key=value;key=value` |
//! | `from`, `until` | `from`, `until` |
//!
//! An empty cell says nothing. Several texts in a cell are split by `|`. Numbers have a point, times are written as
//! `2026-11-20T00:00:00+01:00`, or without the offset where `[shop]` has a `timezone`.

use super::error::{ConfigError, ConfigErrors, Place, Problem};
use super::findings::SHOWN;
use super::reader::nearest;
use super::sheet::{self, Cell};
use std::fmt::Write;
use toml::value::Datetime;

/// The `endcap.toml` that imported rules go to.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Its text: the placements, names of rules, currency and zone that rows are read against.
    pub text: &'a str,
    /// Its name in errors.
    pub file: &'a str,
}

/// What a column becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Texts,
    Number,
    Moment,
    Segment,
    Action,
    Value,
}

use Kind::{Action, Moment, Number, Segment, Text, Texts, Value};

/// Each column with the key it becomes.
const COLUMNS: [(&str, Kind, &str); 56] = [
    ("name", Text, "name"),
    ("placements", Texts, "placements"),
    ("action", Action, "action"),
    ("value", Value, "action"),
    ("sku", Texts, "match.sku"),
    ("title", Texts, "match.title"),
    ("category", Texts, "match.category"),
    ("brand", Texts, "match.brand"),
    ("tag", Texts, "match.tag"),
    ("group", Texts, "match.group"),
    ("price_min", Number, "match.price.min"),
    ("price_max", Number, "match.price.max"),
    ("margin_min", Number, "match.margin.min"),
    ("margin_max", Number, "match.margin.max"),
    ("stock", Texts, "match.stock"),
    ("stock_min", Number, "match.stock.min"),
    ("stock_max", Number, "match.stock.max"),
    ("age_min", Number, "match.age.min"),
    ("age_max", Number, "match.age.max"),
    ("not_sku", Texts, "match.not.sku"),
    ("not_title", Texts, "match.not.title"),
    ("not_category", Texts, "match.not.category"),
    ("not_brand", Texts, "match.not.brand"),
    ("not_tag", Texts, "match.not.tag"),
    ("not_group", Texts, "match.not.group"),
    ("cart_any_sku", Texts, "when.cart_contains_any.sku"),
    ("cart_any_title", Texts, "when.cart_contains_any.title"),
    ("cart_any_category", Texts, "when.cart_contains_any.category"),
    ("cart_any_brand", Texts, "when.cart_contains_any.brand"),
    ("cart_any_tag", Texts, "when.cart_contains_any.tag"),
    ("cart_any_group", Texts, "when.cart_contains_any.group"),
    ("cart_all_sku", Texts, "when.cart_contains_all.sku"),
    ("cart_all_title", Texts, "when.cart_contains_all.title"),
    ("cart_all_category", Texts, "when.cart_contains_all.category"),
    ("cart_all_brand", Texts, "when.cart_contains_all.brand"),
    ("cart_all_tag", Texts, "when.cart_contains_all.tag"),
    ("cart_all_group", Texts, "when.cart_contains_all.group"),
    ("cart_none_sku", Texts, "when.cart_contains_none.sku"),
    ("cart_none_title", Texts, "when.cart_contains_none.title"),
    ("cart_none_category", Texts, "when.cart_contains_none.category"),
    ("cart_none_brand", Texts, "when.cart_contains_none.brand"),
    ("cart_none_tag", Texts, "when.cart_contains_none.tag"),
    ("cart_none_group", Texts, "when.cart_contains_none.group"),
    ("product_sku", Texts, "when.product.sku"),
    ("product_title", Texts, "when.product.title"),
    ("product_category", Texts, "when.product.category"),
    ("product_brand", Texts, "when.product.brand"),
    ("product_tag", Texts, "when.product.tag"),
    ("product_group", Texts, "when.product.group"),
    ("subtotal_min", Number, "when.cart_subtotal.min"),
    ("subtotal_max", Number, "when.cart_subtotal.max"),
    ("lines_min", Number, "when.cart_lines.min"),
    ("lines_max", Number, "when.cart_lines.max"),
    ("segment", Segment, "when.segment"),
    ("from", Moment, "from"),
    ("until", Moment, "until"),
];

/// A column of the sheet.
type Column = (&'static str, Kind, &'static str);

/// Makes `[[rule]]` tables of a sheet's `text`, one a row, to be appended to the target's text; `file` is the sheet's name
/// in errors.
///
/// # Errors
///
/// Everything that is wrong with the sheet by line and column of its cells: columns and cells that cannot be read, and what
/// the parser says of the rules beside those of the target (names that exist, placements that do not). Everything that is
/// wrong with the target, where it is itself no good.
///
/// # Cost
///
/// Time and memory in proportion to both texts.
pub fn import(text: &str, file: &str, target: Target<'_>) -> Result<String, ConfigErrors> {
    super::parse(target.text, target.file)?;
    let mut draft = Draft { problems: Vec::new(), toml: String::new(), marks: Vec::new() };
    match sheet::read(text) {
        Ok(rows) => draft.rows(&rows),
        Err(problem) => draft.problems.push(problem),
    }
    if !draft.problems.is_empty() {
        return Err(draft.into_errors(file));
    }
    draft.check(file, target)?;
    Ok(draft.toml)
}

/// The text that is being made.
struct Draft {
    problems: Vec<(Place, Problem)>,
    toml: String,
    /// Bytes of `toml` from which on it stems from a cell.
    marks: Vec<(usize, Place)>,
}

impl Draft {
    /// All rows behind the first, which names the columns.
    fn rows(&mut self, rows: &[Vec<Cell>]) {
        let Some((header, rows)) = rows.split_first() else {
            let message = "no line with the names of columns; the first is `name`".to_owned();
            return self.problems.push((Place { line: 1, column: 1 }, Problem::Syntax { message }));
        };
        let columns = self.columns(header);
        for row in rows {
            let beyond = row.get(columns.len()..).unwrap_or_default().iter().find(|cell| !cell.text.is_empty());
            if let Some(cell) = beyond {
                let found = "one more".to_owned();
                self.unfit(
                    "row",
                    [&format!("{} cells", columns.len()), &found, "remove it, or quote commas"],
                    cell.place,
                );
            }
            let cells: Vec<(Column, &Cell)> = columns
                .iter()
                .zip(row)
                .filter_map(|(column, cell)| Some(((*column)?, cell)))
                .filter(|(_, cell)| !cell.text.is_empty())
                .collect();
            self.row(row, &cells);
        }
    }

    /// What each column of the sheet is.
    fn columns(&mut self, header: &[Cell]) -> Vec<Option<Column>> {
        let mut columns: Vec<Option<Column>> = Vec::new();
        for cell in header {
            let name = cell.text.to_lowercase();
            let column = COLUMNS.into_iter().find(|(known, ..)| *known == name);
            if column.is_none() {
                let known: Vec<&'static str> = COLUMNS.into_iter().map(|(known, ..)| known).collect();
                let nearest = nearest(&name, known.iter().copied());
                let key = cell.text.chars().take(SHOWN).collect();
                self.problems.push((cell.place, Problem::UnknownKey { key, known, nearest }));
            } else if columns.contains(&column) {
                self.unfit("header", ["each column once", &format!("`{name}` twice"), "remove one"], cell.place);
            }
            columns.push(column);
        }
        for key in ["name", "action"] {
            if let (false, Some(first)) = (columns.iter().flatten().any(|(name, ..)| *name == key), header.first()) {
                let expected = if key == "name" { "a name for each rule" } else { "exclude, boost and the like" };
                let (table, expected) = ("header".to_owned(), expected.to_owned());
                self.problems.push((first.place, Problem::MissingKey { key, table, expected }));
            }
        }
        columns
    }

    /// One rule.
    fn row(&mut self, row: &[Cell], cells: &[(Column, &Cell)]) {
        let Some(first) = row.first() else { return };
        self.mark(first.place);
        self.toml.push_str("\n[[rule]]\n");
        let of = |name: &str| cells.iter().find(|((column, ..), _)| *column == name).map(|(_, cell)| *cell);
        let bounds = of("stock_min").or(of("stock_max"));
        if let (Some(_), Some(cell)) = (of("stock"), bounds) {
            self.unfit("stock", ["states or a count", "both", "write a rule for each"], cell.place);
        }
        for ((_, kind, key), cell) in cells {
            self.mark(cell.place);
            match kind {
                Text => self.line(key, &quoted(&cell.text)),
                Texts => self.line(key, &list(&cell.text, '|')),
                Number => self.number(key, cell),
                Moment => self.moment(key, cell),
                Segment => self.segment(key, cell),
                Action => self.action(cell, of("value")),
                Value if of("action").is_none() => self.unfit("value", ["an `action`", "none", "add it"], cell.place),
                Value => {}
            }
            self.mark(first.place);
        }
    }

    /// From here on the text stems from a cell.
    fn mark(&mut self, place: Place) {
        self.marks.push((self.toml.len(), place));
    }

    fn line(&mut self, key: &str, value: &str) {
        // Writing to a text does not fail.
        let _ = writeln!(self.toml, "{key} = {value}");
    }

    fn number(&mut self, key: &str, cell: &Cell) {
        match number(&cell.text) {
            Some(number) => self.line(key, &number),
            None => self.out_of_range(key, "a number with a point, such as 12.50", cell),
        }
    }

    fn moment(&mut self, key: &str, cell: &Cell) {
        match cell.text.parse::<Datetime>() {
            Ok(moment) => self.line(key, &moment.to_string()),
            Err(_) => self.out_of_range(key, "a date with a time such as 2026-11-20T00:00:00+01:00", cell),
        }
    }

    /// `device=mobile|tablet;country=DE`.
    fn segment(&mut self, key: &str, cell: &Cell) {
        for part in cell.text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, values)) => self.line(&format!("{key}.{}", quoted(name.trim())), &list(values, '|')),
                None => self.out_of_range(key, "key=value, several of them apart by `;`", cell),
            }
        }
    }

    /// The action, with its value where it takes one.
    fn action(&mut self, cell: &Cell, value: Option<&Cell>) {
        let key = cell.text.to_lowercase();
        match (key.as_str(), value) {
            ("exclude" | "include_only", None) => self.line(&format!("action.{key}"), "true"),
            ("exclude" | "include_only", Some(value)) => {
                self.unfit("value", [&format!("none for `{key}`"), "one", "leave the cell empty"], value.place);
            }
            ("boost" | "bury" | "pin", Some(value)) => {
                self.mark(value.place);
                self.number(&format!("action.{key}"), value);
            }
            ("boost" | "bury" | "pin", None) => {
                let why = ["a number such as 1.5, 0.5 or slot 1", "none", "fill the column `value`"];
                self.unfit("value", why, cell.place);
            }
            _ => self.unknown_action(cell),
        }
    }

    fn unknown_action(&mut self, cell: &Cell) {
        let known = vec!["exclude", "include_only", "boost", "bury", "pin"];
        let nearest = nearest(&cell.text.to_lowercase(), known.iter().copied());
        let found = cell.text.chars().take(SHOWN).collect();
        self.problems.push((cell.place, Problem::UnknownValue { key: "action".to_owned(), found, known, nearest }));
    }

    fn out_of_range(&mut self, key: &str, expected: &str, cell: &Cell) {
        let (key, expected) = (key.to_owned(), expected.to_owned());
        let found = cell.text.chars().take(SHOWN).collect();
        self.problems.push((cell.place, Problem::OutOfRange { key, expected, found }));
    }

    fn unfit(&mut self, key: &str, [expected, found, remedy]: [&str; 3], place: Place) {
        let (key, expected, found, remedy) = (key.to_owned(), expected.to_owned(), found.to_owned(), remedy.to_owned());
        self.problems.push((place, Problem::Unfit { key, expected, found, remedy }));
    }

    /// What the parser says of the rules behind the target's text.
    fn check(&self, file: &str, target: Target<'_>) -> Result<(), ConfigErrors> {
        let whole = format!("{}\n{}", target.text, self.toml);
        let (_, findings) = super::examine(&whole, target.file);
        let (found, more) = findings.first();
        if found.is_empty() {
            return Ok(());
        }
        let placed = |(at, problem): (usize, Problem)| match at.checked_sub(target.text.len() + 1) {
            Some(at) => placed(file, self.place(at), problem),
            None => findings.placed(at, problem),
        };
        Err(ConfigErrors { errors: found.into_iter().map(placed).collect(), more })
    }

    /// The cell that a byte of the text stems from.
    fn place(&self, at: usize) -> Place {
        let behind = self.marks.partition_point(|(start, _)| *start <= at);
        self.marks.get(behind.saturating_sub(1)).map_or(Place { line: 1, column: 1 }, |(_, place)| *place)
    }

    /// All that was wrong with the sheet itself.
    fn into_errors(mut self, file: &str) -> ConfigErrors {
        self.problems.sort_by_key(|(place, _)| *place);
        let more = self.problems.len().saturating_sub(ConfigErrors::KEPT);
        let kept = self.problems.into_iter().take(ConfigErrors::KEPT);
        ConfigErrors { errors: kept.map(|(place, problem)| placed(file, place, problem)).collect(), more }
    }
}

/// A problem at a cell.
fn placed(file: &str, place: Place, problem: Problem) -> ConfigError {
    ConfigError { file: file.to_owned(), line: place.line, column: place.column, problem }
}

/// A decimal as TOML writes it: `007.50` is 7.50, `12,5` is none.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !fraction.is_none_or(plain) {
        return None;
    }
    let short = whole.trim_start_matches('0');
    let whole = if short.is_empty() { "0" } else { short };
    Some(fraction.map_or(format!("{sign}{whole}"), |fraction| format!("{sign}{whole}.{fraction}")))
}

/// The texts of a cell as a list.
fn list(text: &str, apart: char) -> String {
    let texts: Vec<String> = text.split(apart).map(str::trim).filter(|t| !t.is_empty()).map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
