//! Lines and columns of a terminal: what they hold is measured in columns, of which a wide letter takes two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns between two cells.
const GAP: usize = 2;
/// The first column gets no narrower than this.
const NARROWEST: usize = 8;

/// A name from outside: what would steer a terminal, or turn the text after it round, becomes U+FFFD.
pub fn plain(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(steers, "\u{fffd}")
}

/// The text cut to so many columns, the last an ellipsis where something was cut.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut taken = 1;
    for letter in text.chars() {
        taken += letter.width().unwrap_or(0);
        if taken > columns {
            break;
        }
        out.push(letter);
    }
    out + "…"
}

/// Lines of at most `width` columns, the first behind `first`, the others behind `rest`; a word that is longer than a line is
/// broken.
pub fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let mut lines = vec![first.to_owned()];
    let mut is_empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        loop {
            let line = lines.last().map_or(0, |line| line.width()) + usize::from(!is_empty);
            if line + word.width() <= width {
                break;
            }
            if !is_empty {
                lines.push(rest.to_owned());
                is_empty = true;
                continue;
            }
            let fits = fitting(word, width.saturating_sub(line).max(2));
            let Some((head, tail)) = word.split_at_checked(fits) else { break };
            if let Some(line) = lines.last_mut() {
                line.push_str(head);
            }
            lines.push(rest.to_owned());
            word = tail;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(word);
        }
        is_empty = false;
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How many bytes of a word fit into so many columns; at least a letter.
fn fitting(word: &str, columns: usize) -> usize {
    let mut taken = 0;
    for (at, letter) in word.char_indices() {
        taken += letter.width().unwrap_or(0);
        if taken > columns && at > 0 {
            return at;
        }
    }
    word.len()
}

/// Rows of cells, the first row the head, the first column to the left and all others to the right, each line behind
/// `indent`. Where they do not fit, the first column gives way.
pub fn table(rows: &[Vec<String>], width: usize, indent: &str) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let whole = indent.width() + widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1);
    if let Some(first) = widths.first_mut() {
        *first = first.saturating_sub(whole.saturating_sub(width)).max(NARROWEST.min(*first));
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let cell = if column == 0 { cut(cell, *width) } else { cell.clone() };
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if column == 0 { cell + &space } else { space + &cell }
        });
        let cells: Vec<String> = cells.collect();
        format!("{}\n", format!("{indent}{}", cells.join(&" ".repeat(GAP))).trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn wide_letters_take_two_columns() {
        let found = table(&rows(&[&["arm", "n"], &["加购", "12"], &["x", "3"]]), 80, "  ");
        assert_eq!(found, "  arm    n\n  加购  12\n  x      3\n");
    }

    #[test]
    fn the_first_column_gives_way() {
        let found = table(&rows(&[&["a very long name indeed", "1234567"]]), 20, "");
        assert_eq!(found, "a very lon…  1234567\n");
        assert_eq!(cut("加购推荐", 5), "加购…");
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrap("one two three", 9, "", "  "), "one two\n  three\n");
        assert_eq!(wrap("abcdefghij", 6, "> ", "> "), "> abcd\n> efgh\n> ij\n");
        assert_eq!(wrap("", 6, "x", ""), "x\n");
    }

    #[test]
    fn what_steers_a_terminal_is_taken_out() {
        assert_eq!(plain("\u{1b}[31mred\u{202e}\n"), "\u{fffd}[31mred\u{fffd}\u{fffd}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked_and_no_letter_is_lost(text in "[a-z加é ]{0,60}", width in 8usize..40) {
            let wrapped = wrap(&text, width, "  ", "    ");
            prop_assert!(wrapped.lines().all(|line| line.width() <= width), "{wrapped}");
            let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&wrapped), letters(&text));
        }
    }
}
