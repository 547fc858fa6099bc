//! The rooms of `src/` and which may use which: the table of CONTRIBUTING.md, "The house", held to in the sources.
//!
//! Each file is read as tokens, so comments, strings and line breaks do not matter and paths inside macros count. A path
//! that starts at `crate` must lead into a room that the table allows; a chain of `super` must not climb out of its room;
//! code behind `#[cfg(test)]` is free. `lib.rs` and `main.rs` are free.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree, token_stream};

/// One row a room: its name, and the rooms it may use. A room without a folder yet is a room all the same.
const HOUSE: [(&str, &[&str]); 16] = [
    ("shop", &[]),
    ("feed", &["shop"]),
    ("bundle", &["shop"]),
    ("train", &["shop", "bundle"]),
    ("rules", &["shop", "bundle"]),
    ("rank", &["shop", "bundle", "rules"]),
    ("placement", &["shop", "bundle", "rules", "rank", "experiment"]),
    ("experiment", &["shop"]),
    ("event", &["shop", "placement", "experiment"]),
    ("config", &["shop", "bundle", "rules", "placement", "experiment"]),
    ("page", &[]),
    ("evaluate", &["shop", "train", "bundle", "rules", "rank", "placement", "page"]),
    ("report", &["shop", "feed", "experiment", "event", "rules", "placement", "page"]),
    ("sample", &["shop", "experiment", "event"]),
    ("wasm", &["shop", "bundle", "rules", "rank", "placement", "experiment", "event"]),
    (
        "cli",
        &[
            "shop",
            "feed",
            "bundle",
            "train",
            "rules",
            "rank",
            "placement",
            "experiment",
            "event",
            "config",
            "page",
            "evaluate",
            "report",
            "sample",
        ],
    ),
];

/// A place in a file and what is wrong there.
struct Breach {
    line: usize,
    what: String,
}

/// Reads one file's tokens; `room` is its room.
struct Reader {
    room: &'static str,
    may_use: &'static [&'static str],
    breaches: Vec<Breach>,
}

type Tokens = Peekable<token_stream::IntoIter>;

impl Reader {
    fn check(room: &'static str, may_use: &'static [&'static str], depth: usize, source: &str) -> Vec<Breach> {
        let tokens: TokenStream = source.parse().expect("a Rust file");
        let mut reader = Reader { room, may_use, breaches: Vec::new() };
        reader.walk(tokens, depth);
        reader.breaches
    }

    /// `depth` is how many `super` lead to the crate's root: 1 in `rank/mod.rs`, 2 in `rank/score.rs`.
    fn walk(&mut self, tokens: TokenStream, depth: usize) {
        let mut tokens = tokens.into_iter().peekable();
        let mut opens_module = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => skip_if_test(&mut tokens),
                TokenTree::Ident(ident) if ident == "crate" => self.path(&mut tokens, ident.span()),
                TokenTree::Ident(ident) if ident == "super" => self.climb(&mut tokens, ident.span(), depth),
                TokenTree::Ident(ident) if ident == "mod" => {
                    opens_module = true;
                    continue;
                }
                TokenTree::Ident(_) if opens_module => continue,
                TokenTree::Group(group) => self.walk(group.stream(), depth + usize::from(opens_module)),
                _ => {}
            }
            opens_module = false;
        }
    }

    /// After `crate`: `::room…`, or `::{room…, room…}`.
    fn path(&mut self, tokens: &mut Tokens, at: Span) {
        if next_is(tokens, "as") {
            return self.breach(at, "renames the crate's root, which hides where paths lead".to_owned());
        }
        if !skip_colons(tokens) {
            return; // pub(crate)
        }
        match tokens.peek().cloned() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                tokens.next();
                self.group(group.stream());
            }
            Some(token) => self.room_named(&token),
            None => {}
        }
    }

    /// Inside `crate::{…}`: what stands first and after each comma.
    fn group(&mut self, stream: TokenStream) {
        let mut first = true;
        for token in stream {
            if first {
                self.room_named(&token);
            }
            first = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
        }
    }

    fn room_named(&mut self, token: &TokenTree) {
        let name = token.to_string();
        if name == self.room || self.may_use.contains(&name.as_str()) {
            return;
        }
        let rule = if self.may_use.is_empty() { "nothing".to_owned() } else { self.may_use.join(", ") };
        let what = if HOUSE.iter().any(|(room, _)| *room == name) {
            format!("{} → {name} is forbidden: {} may use {rule}", self.room, self.room)
        } else {
            format!("crate::{name} is no room of the house: name the room it lives in; {} may use {rule}", self.room)
        };
        self.breach(token.span(), what);
    }

    /// After a first `super`: counts the chain, which must stay inside the room.
    fn climb(&mut self, tokens: &mut Tokens, at: Span, depth: usize) {
        let mut climbed = 0;
        while skip_colons(tokens) {
            climbed += 1;
            if !next_is(tokens, "super") {
                break;
            }
            tokens.next();
        }
        if climbed >= depth {
            self.breach(at, format!("super leads out of {}: write crate::… so that the edge can be read", self.room));
        }
    }

    fn breach(&mut self, at: Span, what: String) {
        self.breaches.push(Breach { line: at.start().line, what });
    }
}

fn next_is(tokens: &mut Tokens, name: &str) -> bool {
    matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if ident == name)
}

fn skip_colons(tokens: &mut Tokens) -> bool {
    let mut colons = 0;
    while colons < 2 && matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') {
        tokens.next();
        colons += 1;
    }
    colons == 2
}

/// After `#`: where the attribute is `[cfg(test)]`, skips it and the item it stands before.
fn skip_if_test(tokens: &mut Tokens) {
    let Some(TokenTree::Group(attribute)) = tokens.peek() else { return };
    let is_test = attribute.stream().to_string().replace(' ', "") == "cfg(test)";
    tokens.next();
    if !is_test {
        return;
    }
    for token in tokens.by_ref() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => return,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
            _ => {}
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn no_room_uses_a_room_that_the_table_forbids() {
    let src = source_folder();
    let mut wrong = Vec::new();
    let mut read = 0;
    for (room, may_use) in HOUSE {
        let folder = src.join(room);
        if !folder.is_dir() {
            continue;
        }
        for file in rust_files(&folder) {
            let inside = file.strip_prefix(&folder).expect("a file of the folder");
            let depth = inside.components().count() + usize::from(!inside.ends_with("mod.rs"));
            let source = fs::read_to_string(&file).expect("a readable file");
            let shown = file.strip_prefix(&src).expect("a file of src").display();
            for breach in Reader::check(room, may_use, depth, &source) {
                wrong.push(format!("src/{shown}:{}: {}", breach.line, breach.what));
            }
            read += 1;
        }
    }
    assert!(read > 10, "only {read} files were read in {}", src.display());
    assert!(wrong.is_empty(), "edges that the house forbids:\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_sources_is_a_room() {
    for entry in fs::read_dir(source_folder()).expect("src") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let known = HOUSE.iter().any(|(room, _)| *room == name) || ["lib.rs", "main.rs"].contains(&name.as_str());
        assert!(
            known,
            "src/{name} is not in the table of tests/architecture.rs: give it a row, and one in CONTRIBUTING.md"
        );
    }
}

#[test]
fn contributing_prints_the_same_table() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    for (room, may_use) in HOUSE {
        let start = format!("| `{room}/`");
        let row = text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row for {room}/"));
        let printed = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default().trim();
        let expected = match room {
            "cli" => "all but wasm".to_owned(),
            _ if may_use.is_empty() => "nothing".to_owned(),
            _ => may_use.join(", "),
        };
        assert_eq!(printed, expected, "the row of {room}/ in CONTRIBUTING.md");
    }
}

/// What the reader says of a file `name` of the room `rank`, as `line: what`.
fn of_rank(depth: usize, source: &str) -> Vec<String> {
    let (room, may_use) = HOUSE[5];
    assert_eq!(room, "rank");
    Reader::check(room, may_use, depth, source)
        .iter()
        .map(|breach| format!("{}: {}", breach.line, breach.what))
        .collect()
}

#[test]
fn a_forbidden_edge_is_found_however_it_is_written() {
    let rule = "rank may use shop, bundle, rules";
    for (source, line, room) in [
        ("use crate::train::Model;", 1, "train"),
        ("use crate::{bundle::Bundle,\n    shop::Item,\n    train::{self, Model}};", 3, "train"),
        ("use {std::io, crate::feed::read};", 1, "feed"),
        ("fn f() {\n    let x = vec![crate::placement::Policy::new()];\n}", 2, "placement"),
        ("fn f() -> crate\n    ::\n    evaluate::Split { todo!() }", 3, "evaluate"),
        ("#[cfg(test)]\nmod tests { use crate::train::Model; }\nuse crate::config::Key;", 3, "config"),
        ("#[cfg(feature = \"x\")]\nuse crate::wasm::Handle;", 2, "wasm"),
    ] {
        assert_eq!(of_rank(2, source), [format!("{line}: rank → {room} is forbidden: {rule}")], "{source}");
    }
    assert_eq!(
        of_rank(2, "use crate::Bundle;"),
        [format!("1: crate::Bundle is no room of the house: name the room it lives in; {rule}")]
    );
    assert_eq!(of_rank(2, "use crate as c;").len(), 1);
    assert_eq!(of_rank(2, "use crate::*;").len(), 1);
}

#[test]
fn allowed_edges_tests_comments_and_strings_pass() {
    let source = r##"
        //! See crate::train::Model.
        // use crate::train::Model;
        /* use crate::train::Model; */
        use crate::{bundle::{Bundle, Relation}, shop::Item};
        use crate::rank::score::Score;
        pub(crate) fn f() -> &'static str { "crate::train::Model" }
        const RAW: &str = r#"use crate::train::Model;"#;
        #[cfg(test)]
        use crate::train::Model;
        #[cfg(test)]
        mod tests { use super::*; use crate::evaluate::Split; }
    "##;
    assert_eq!(of_rank(2, source), [] as [String; 0]);
}

#[test]
fn super_may_climb_to_the_room_and_no_further() {
    assert_eq!(of_rank(2, "use super::score::Score; pub(super) fn f() {}"), [] as [String; 0]);
    assert_eq!(of_rank(2, "mod inner { use super::super::score; }"), [] as [String; 0]);
    assert_eq!(of_rank(1, "use super::train::Model;").len(), 1);
    assert_eq!(of_rank(2, "use super::super::train::Model;").len(), 1);
    assert_eq!(of_rank(2, "mod inner { use super::super::super::train; }").len(), 1);
}
