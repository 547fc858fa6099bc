//! The report as people see it: the page, and the lines on a terminal.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/reports/mod.rs"]
mod reports;

use endcap::page::number;
use endcap::report::told::Report;
use endcap::report::{page, text};
use reports::HOSTILE;
use roxmltree::{Document, Node, ParsingOptions};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

const TITLE: &str = "Brew & Bean";

/// Those that can be told in a page of a few hundred kilobytes.
fn small() -> [(&'static str, Report); 3] {
    [("full", reports::full()), ("empty", reports::empty()), ("hostile", reports::hostile())]
}

/// The page is written so that an XML parser, which forgives nothing, can read it.
fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap()
}

fn all<'a>(document: &'a Document<'a>, name: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.has_tag_name(name))
}

/// All text below a node.
fn said(node: Node<'_, '_>) -> String {
    node.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect()
}

/// The pages lie in `tests/output/report`, where `tests/js/report.test.mjs` looks at them in a browser.
#[test]
fn every_report_has_a_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/output/report");
    fs::create_dir_all(&folder).unwrap();
    for (name, report) in small().into_iter().chain([("large", reports::large())]) {
        let page = page(&report, TITLE).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{name}");
        parsed(&page);
        fs::write(folder.join(format!("{name}.html")), &page).unwrap();
    }
}

#[test]
fn nothing_comes_from_elsewhere_and_nothing_runs() {
    for (name, report) in small() {
        let page = page(&report, TITLE).unwrap();
        let document = parsed(&page);
        let allowed: BTreeSet<&str> =
            "html head meta title style body a header p h1 h2 h3 h4 bdi nav ul ol li main section div span b small code br \
             dl dt dd details summary table caption thead tbody tr th td figure figcaption footer svg desc g line polyline \
             polygon rect circle text"
                .split(' ')
                .collect();
        for node in document.descendants().filter(Node::is_element) {
            assert!(allowed.contains(node.tag_name().name()), "{name}: <{}>", node.tag_name().name());
            for attribute in node.attributes() {
                let (key, value) = (attribute.name(), attribute.value());
                assert!(
                    !key.starts_with("on") && !["src", "style", "srcset", "action"].contains(&key),
                    "{name}: {key}"
                );
                assert!(key != "href" || value.starts_with('#'), "{name}: {value}");
                assert!(!value.contains("url("), "{name}: {key}={value}");
            }
        }
        assert_eq!(all(&document, "style").count(), 1);
        assert!(
            name == "hostile" || ["http:", "https:", "src=", "url(", "@import"].iter().all(|word| !page.contains(word))
        );
    }
}

#[test]
fn the_policy_names_the_style_sheet_that_is_in_the_page() {
    let page = page(&reports::empty(), TITLE).unwrap();
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let named = page.split_once("'sha256-").unwrap().1.split_once('\'').unwrap().0;
    assert_eq!(from_base64(named), Sha256::digest(style.as_bytes()).to_vec());
    assert!(page.contains("content=\"default-src 'none'; style-src"));
}

fn from_base64(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = text
        .bytes()
        .filter_map(|byte| letters.find(byte as char))
        .flat_map(|six| (0..6).rev().map(move |bit| six >> bit & 1 == 1));
    let bits: Vec<bool> = bits.collect();
    bits.chunks_exact(8).map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}

#[test]
fn what_a_shop_calls_things_is_only_text() {
    let page = page(&reports::hostile(), HOSTILE[0]).unwrap();
    let document = parsed(&page);
    let text = said(document.root_element());
    for name in HOSTILE {
        let printable: String =
            name.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
        assert!(text.contains(&printable), "{printable}");
    }
    assert!(!page.contains("<script") && !page.contains("<img"));
}

#[test]
fn whoever_cannot_see_it_can_read_it() {
    for (name, report) in small() {
        let page = page(&report, TITLE).unwrap();
        let document = parsed(&page);
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: ids");
        for node in document.descendants() {
            let named = ["aria-labelledby", "aria-describedby"].into_iter().filter_map(|key| node.attribute(key));
            let linked = node.attribute("href").map(|href| &href[1..]);
            assert!(
                named.chain(linked).all(|id| unique.contains(id)),
                "{name}: {:?}",
                node.attributes().collect::<Vec<_>>()
            );
        }
        for svg in all(&document, "svg") {
            let title = svg.first_element_child().unwrap();
            assert!(
                svg.attribute("role") == Some("img") && title.has_tag_name("title") && !said(title).is_empty(),
                "{name}"
            );
        }
        for table in all(&document, "table") {
            assert!(table.first_element_child().unwrap().has_tag_name("caption"), "{name}");
            let heads = table.descendants().filter(|node| node.has_tag_name("th"));
            assert!(heads.into_iter().all(|th| matches!(th.attribute("scope"), Some("col" | "row"))), "{name}");
            let columns = table.descendants().filter(|node| node.attribute("scope") == Some("col")).count();
            for row in table.descendants().filter(|node| node.has_tag_name("tr")) {
                assert_eq!(row.children().filter(Node::is_element).count(), columns, "{name}: {}", said(row));
            }
        }
        let levels =
            document.descendants().filter_map(|node| node.tag_name().name().strip_prefix('h')?.parse::<u8>().ok());
        let levels: Vec<u8> = levels.collect();
        assert!(levels[0] == 1 && levels.windows(2).all(|two| two[1] <= two[0] + 1), "{name}: {levels:?}");
        assert!(levels.iter().filter(|level| **level == 1).count() == 1, "{name}");
    }
}

#[test]
fn every_figure_of_a_chart_stands_in_a_table_of_its_section() {
    let report = reports::full();
    let page = page(&report, TITLE).unwrap();
    let document = parsed(&page);
    let is_one = |section: &Node<'_, '_>| section.attribute("class") == Some("experiment");
    let sections: Vec<Node<'_, '_>> = all(&document, "section").filter(is_one).collect();
    assert_eq!(sections.len(), report.experiments.len());
    for (told, section) in report.experiments.iter().zip(sections) {
        let cells = section.descendants().filter(|node| node.has_tag_name("td") || node.has_tag_name("th"));
        let cells: BTreeSet<String> = cells.map(|cell| said(cell).trim().to_owned()).collect();
        let mut figures = Vec::new();
        for day in &told.days {
            figures.push(day.date.clone());
            figures.extend(day.arms.iter().map(|arm| number::grouped(arm.orders)));
            figures.extend(day.arms.iter().filter_map(|arm| arm.margin).map(|margin| number::money(margin, 2)));
            if let Some(net) = &day.net {
                let range = |ends: endcap::report::statistics::Interval| number::range(ends.lower, ends.upper, 2);
                figures.extend([number::lift(net.lift, 2), range(net.interval), range(net.always)]);
            }
        }
        for comparison in &told.comparisons {
            figures.extend(comparison.looks.iter().map(|look| format!("±{}", number::fixed(look.boundary, 2))));
            figures.extend(comparison.looks.iter().filter_map(|look| look.statistic).map(|z| number::fixed(z, 2)));
            figures.extend(comparison.aov_lift.map(|lift| number::lift(lift, 2)));
            figures.extend(comparison.margin_drag.map(|drag| number::percent(drag, 2)));
            for one in comparison.measured.iter().chain(&comparison.net) {
                figures.extend([number::lift(one.lift, if Some(one) == comparison.net.as_ref() { 2 } else { 1 })]);
            }
        }
        for net in told.segments.iter().filter_map(|segment| segment.net.as_ref()) {
            figures.extend([number::lift(net.lift, 1), number::range(net.interval.lower, net.interval.upper, 1)]);
        }
        for arm in told.arms.iter().filter(|arm| arm.visitors > 0) {
            let counts = &arm.counts;
            figures.extend(
                [arm.visitors, counts.exposures, counts.impressions, counts.clicks, counts.add_to_carts, counts.orders]
                    .map(number::grouped),
            );
        }
        let missing: Vec<&String> = figures.iter().filter(|figure| !cells.contains(*figure)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", told.name);
        assert!(told.days.is_empty() || figures.len() > 100);
    }
}

#[test]
fn no_figure_is_too_strange_to_be_shown() {
    let figures =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -0.0, 1e16, -1.0];
    for figure in figures {
        let report = reports::strange(figure);
        let page = page(&report, TITLE).unwrap();
        assert!(all(&parsed(&page), "svg").count() > 20, "{figure}");
        assert!(!page.contains("NaN") && !page.contains("inf"), "{figure}");
        assert!(!text(&report, 80).contains("NaN"), "{figure}");
    }
}

#[test]
fn an_empty_report_says_what_would_fill_it() {
    let page = page(&reports::empty(), TITLE).unwrap();
    let document = parsed(&page);
    let empty = all(&document, "p").filter(|p| p.attribute("class") == Some("empty"));
    assert!(empty.count() >= 5);
    assert_eq!((all(&document, "svg").count(), all(&document, "table").count()), (0, 0));
}

#[test]
fn no_rule_is_called_idle_without_evidence() {
    let mut report = reports::full();
    let upkeep = |report: &Report| {
        let page = page(report, TITLE).unwrap();
        let document = parsed(&page);
        let section =
            all(&document, "section").find(|node| node.attribute("aria-labelledby") == Some("upkeep")).unwrap();
        (said(section), text(report, 80))
    };
    let (page, lines) = upkeep(&report);
    assert!(page.contains("2 never fired:") && page.contains("Answers changed a cart"), "{page}");
    assert!(page.contains("2.68") && !page.contains("Share of carts"), "{page}");
    assert!(lines.contains("Rules that never fired: summer sale 2025"), "{lines}");
    report.quarterly.rules.as_mut().unwrap().carts = 0;
    let (page, lines) = upkeep(&report);
    assert!(page.contains("There were no carts to ask about") && !page.contains("never fired"), "{page}");
    assert!(!lines.contains("never fired"), "{lines}");
    let none = |rules: &mut endcap::report::told::RulesTold| {
        (rules.carts, rules.fired, rules.never_fired) = (500, vec![], vec![])
    };
    report.quarterly.rules.as_mut().into_iter().for_each(none);
    let (page, _) = upkeep(&report);
    assert!(page.contains("Of no rule can be said whether it fired") && !page.contains("All fired"), "{page}");
}

/// Three experiments of the full report: kept, of three arms, and blocked.
fn three() -> Report {
    let mut report = reports::full();
    report.experiments = [0, 1, 3].map(|at| report.experiments[at].clone()).into();
    report
}

/// `UPDATE_REPORT=1 cargo test --test report_page` writes the files anew.
#[test]
fn a_terminal_shows_what_the_golden_files_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/report");
    for (name, report) in [("three", three()), ("empty", reports::empty())] {
        let (file, found) = (folder.join(format!("{name}.txt")), text(&report, 80));
        if std::env::var_os("UPDATE_REPORT").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &found).unwrap();
        }
        assert_eq!(found, fs::read_to_string(&file).unwrap(), "{}", file.display());
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [80, 100, 132] {
        let text = text(&reports::full(), width);
        let widest = text.lines().max_by_key(|line| line.width()).unwrap();
        assert!(widest.width() <= width, "{width}: {widest}");
    }
    assert_eq!(text(&reports::full(), 0), text(&reports::full(), 48), "no terminal is taken to be narrower");
}

#[test]
fn a_terminal_is_not_steered_by_what_a_shop_calls_things() {
    for width in [48, 80] {
        let text = text(&reports::hostile(), width);
        let steers = |letter: char| {
            (letter.is_control() && letter != '\n')
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(text.find(steers), None);
        assert!(text.contains("<script>alert(1)</script>"));
    }
}
