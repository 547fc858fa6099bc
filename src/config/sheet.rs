//! A sheet of cells as spreadsheets export it, each cell with its place. Sheets are small: they are held whole.

use super::error::{Place, Problem};

/// A cell, trimmed.
pub(super) struct Cell {
    /// What stands in it.
    pub text: String,
    /// Where it starts.
    pub place: Place,
}

/// Reads rows of cells; rows without any text are left out. The delimiter is `,` `;` or tab, whichever stands most often
/// in the first line.
///
/// # Errors
///
/// The place of a quotation that is never closed.
pub(super) fn read(text: &str) -> Result<Vec<Vec<Cell>>, (Place, Problem)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = delimiter(text);
    let mut reader = Reader { rows: Vec::new(), row: Vec::new(), cell: String::new(), start: START, at: START };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' && reader.cell.trim().is_empty() {
            reader.step(c);
            if !reader.quotation(&mut chars) {
                let message = "a quotation that starts here and has no end".to_owned();
                return Err((reader.start, Problem::Syntax { message }));
            }
            continue;
        }
        reader.step(c);
        match c {
            '\n' => reader.end_row(),
            _ if c == delimiter => reader.end_cell(),
            _ => reader.cell.push(c),
        }
    }
    reader.end_row();
    Ok(reader.rows)
}

/// The first place of a file.
const START: Place = Place { line: 1, column: 1 };

/// What was read so far.
struct Reader {
    rows: Vec<Vec<Cell>>,
    row: Vec<Cell>,
    cell: String,
    /// Where the cell starts.
    start: Place,
    /// Where the next character stands.
    at: Place,
}

impl Reader {
    /// Goes past a character.
    fn step(&mut self, c: char) {
        match c {
            '\n' => self.at = Place { line: self.at.line + 1, column: 1 },
            _ => self.at.column += 1,
        }
    }

    /// Reads the rest of a quotation, in which `""` is a quotation mark; `false` where it has no end.
    fn quotation(&mut self, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
        self.cell.clear();
        while let Some(c) = chars.next() {
            self.step(c);
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    self.step('"');
                    self.cell.push('"');
                }
                '"' => return true,
                _ => self.cell.push(c),
            }
        }
        false
    }

    fn end_cell(&mut self) {
        let text = std::mem::take(&mut self.cell).trim().to_owned();
        self.row.push(Cell { text, place: self.start });
        self.start = self.at;
    }

    fn end_row(&mut self) {
        self.end_cell();
        let row = std::mem::take(&mut self.row);
        if row.iter().any(|cell| !cell.text.is_empty()) {
            self.rows.push(row);
        }
    }
}

/// Whichever of `,` `;` and tab stands in the first line most often outside quotations.
fn delimiter(text: &str) -> char {
    let first = text.trim_start().lines().next().unwrap_or("");
    let outside: String = first.split('"').step_by(2).collect();
    let count = |delimiter: char| outside.matches(delimiter).count();
    // `max_by_key` takes the last of equals.
    ['\t', ';', ','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(',')
}
