//! endcap beside recommenders in Rust: accuracy on the same questions, time to answer, memory and training time.
//!
//!     endcap-peers FILE [NAME=FOLDER]…       FILE takes the figures as JSON; each folder holds a shop's files
//!
//! Figures, no verdicts. All learn from the same nine tenths and answer the same questions on one thread; endcap trains
//! on all of them. Contenders take turns, in turning order; of the times the median round counts.

mod contenders;
mod shop;

use contenders::{Contender, LIST, Learned, entries};
use serde_json::{Map, Value, json};
use shop::{Ask, Question, Split};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

/// Rounds of all questions.
const ROUNDS: usize = 5;

/// A contender's figures on a task.
struct Row {
    name: &'static str,
    model: Box<dyn Contender>,
    train_seconds: f64,
    resident: u64,
    lists: Vec<Vec<u32>>,
    micros: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let record = given.next().ok_or("expected: endcap-peers FILE NAME=FOLDER…")?;
    let (mut all, mut text) = (Vec::new(), String::new());
    for shop in given {
        let (name, folder) = shop.split_once('=').ok_or("expected NAME=FOLDER")?;
        for split in shop::splits(Path::new(folder), name)? {
            measure(&split, &mut text, &mut all)?;
        }
    }
    std::fs::write(&record, format!("{}\n", serde_json::to_string_pretty(&all)?))?;
    println!("{text}\nwritten to {record}"); // at the end: serenade talks while it learns
    Ok(())
}

/// Lets all learn, then asks them task by task.
fn measure(split: &Split, text: &mut String, all: &mut Vec<Value>) -> Result<(), Box<dyn Error>> {
    let mut rows = Vec::new();
    for (name, learn) in entries(split.visits()) {
        let start = Instant::now();
        let Learned { model, resident } = learn(split)?;
        let train_seconds = start.elapsed().as_secs_f64();
        rows.push(Row { name, model, train_seconds, resident, lists: Vec::new(), micros: Vec::new() });
    }
    for (ask, questions) in &split.tasks {
        rows.iter_mut().for_each(|row| row.micros.clear());
        for round in 0..ROUNDS {
            for turn in 0..rows.len() {
                let at = (turn + round) % rows.len();
                rows[at].ask(*ask, questions);
            }
        }
        let found: Vec<[f64; 8]> = rows.iter_mut().map(|row| figures(row, questions)).collect();
        let title =
            Title { shop: &split.shop, task: ask.name(), questions: questions.len(), products: split.skus.len() };
        write_table(&title, &rows, &found, text)?;
        all.push(record(&title, &rows, &found));
    }
    Ok(())
}

/// What a table is about.
struct Title<'a> {
    shop: &'a str,
    task: &'static str,
    questions: usize,
    products: usize,
}

impl Row {
    fn ask(&mut self, ask: Ask, questions: &[Question]) {
        let start = Instant::now();
        let lists = questions.iter().map(|question| self.model.answer(ask, question)).collect();
        self.micros.push(start.elapsed().as_secs_f64() * 1e6 / questions.len().max(1) as f64);
        self.lists = lists;
    }

    fn median(&mut self) -> f64 {
        self.micros.sort_by(f64::total_cmp);
        self.micros[self.micros.len() / 2]
    }

    /// Mean of `worth` of the place at which the target stands, from 0.
    fn mean(&self, questions: &[Question], cut: usize, worth: fn(f64) -> f64) -> f64 {
        let of = |(list, question): (&Vec<u32>, &Question)| {
            let place = list.iter().take(cut).position(|item| *item == question.target);
            place.map_or(0.0, |place| worth(place as f64))
        };
        self.lists.iter().zip(questions).map(of).sum::<f64>() / questions.len().max(1) as f64
    }
}

/// The figures of a row, in the order of the table's columns.
fn figures(row: &mut Row, questions: &[Question]) -> [f64; 8] {
    let one: fn(f64) -> f64 = |_| 1.0;
    let gain: fn(f64) -> f64 = |place| 1.0 / (place + 2.0).log2();
    let reciprocal: fn(f64) -> f64 = |place| 1.0 / (place + 1.0);
    [
        row.mean(questions, 10, one),
        row.mean(questions, 10, gain),
        row.mean(questions, 10, reciprocal),
        row.mean(questions, LIST, one),
        row.mean(questions, LIST, reciprocal),
        row.median(),
        row.resident as f64 / 1e6,
        row.train_seconds,
    ]
}

/// How many of the columns say how good the lists are.
const ACCURACY: usize = 5;
const COLUMNS: [&str; 8] =
    ["HR@10", "NDCG@10", "MRR@10", "HR@20", "MRR@20", "µs an answer", "resident MB", "training s"];

/// The task's table, each cell with its ratio.
fn write_table(title: &Title<'_>, rows: &[Row], found: &[[f64; 8]], text: &mut String) -> std::fmt::Result {
    let Title { shop, task, questions, products } = title;
    writeln!(text, "\n{shop}, {task}: {questions} questions, {products} products")?;
    writeln!(text, "with each figure: endcap's accuracy ÷ it; its time and memory ÷ endcap's\n")?;
    writeln!(text, "{:<22}{}", "", COLUMNS.map(|column| format!("{column:>19}")).concat())?;
    for (row, figures) in rows.iter().zip(found) {
        let cell = |at: usize| {
            let (own, it) = (found[0][at], figures[at]);
            let (ratio, digits) = if at < ACCURACY { (own / it, 4) } else { (it / own, 2) };
            format!("{it:>10.digits$} {:>8}", format!("{ratio:.2} ×"))
        };
        writeln!(text, "{:<22}{}", row.name, (0..COLUMNS.len()).map(cell).collect::<String>())?;
    }
    Ok(())
}

fn record(title: &Title<'_>, rows: &[Row], found: &[[f64; 8]]) -> Value {
    let model = |(row, figures): (&Row, &[f64; 8])| {
        let named = COLUMNS.iter().zip(figures).map(|(column, value)| (column.to_string(), json!(value)));
        json!({ "name": row.name, "shipped_bytes": row.model.shipped(), "figures": named.collect::<Map<_, _>>() })
    };
    let models: Vec<Value> = rows.iter().zip(found).map(model).collect();
    let Title { shop, task, questions, products } = title;
    json!({ "shop": shop, "task": task, "questions": questions, "products": products, "models": models })
}
