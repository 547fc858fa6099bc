//! The real binary in a folder with the files of a small shop.
#![allow(dead_code)] // each test binary uses its own part

use serde_json::Value;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// How a command ended.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }

    /// One JSON value a line.
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }
}

/// A folder with the files of a small shop.
pub struct Shop {
    pub dir: TempDir,
}

impl Shop {
    pub fn new() -> Self {
        let shop = Self { dir: tempfile::tempdir().unwrap() };
        shop.write("orders.csv", orders(&rows()));
        shop.write("catalog.csv", catalog());
        shop
    }

    /// With `model.endcap`, which is trained once for all tests.
    pub fn trained() -> Self {
        static MODEL: OnceLock<Vec<u8>> = OnceLock::new();
        let shop = Self::new();
        let model = MODEL.get_or_init(|| {
            shop.run(&["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "-o", "once.endcap"]).with(0);
            let bytes = fs::read(shop.path("once.endcap")).unwrap();
            fs::remove_file(shop.path("once.endcap")).unwrap();
            bytes
        });
        shop.write("model.endcap", model);
        shop
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endcap"));
        command.args(args).current_dir(self.dir.path()).env_remove("RAYON_NUM_THREADS");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        ended(self.command(args).spawn().unwrap())
    }

    /// Runs with `input` on stdin.
    pub fn feed(&self, args: &[&str], input: impl AsRef<[u8]>) -> Ended {
        self.write("stdin", input);
        ended(self.command(args).stdin(File::open(self.path("stdin")).unwrap()).spawn().unwrap())
    }

    /// The names of all files, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Order lines of 200 orders of a shop with 40 products: who buys `P-n` of the first twenty mostly buys `P-(n + 20)` too.
pub fn rows() -> Vec<String> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut roll = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut rows = Vec::new();
    for order in 0..200 {
        // Squared: low numbers are best sellers.
        let first = roll(20) * roll(20) / 20;
        let mut items = vec![first];
        if roll(5) > 0 {
            items.push(first + 20);
        }
        items.extend((0..roll(3)).map(|_| roll(40)));
        items.sort_unstable();
        items.dedup();
        let (month, day) = (1 + order / 28, 1 + order % 28);
        for item in items {
            let customer = roll(60);
            rows.push(format!(
                "O-{order},C-{customer},2025-{month:02}-{day:02}T10:00:00Z,P-{item:02},1,{}.50",
                3 + item
            ));
        }
    }
    rows
}

pub fn orders(rows: &[String]) -> String {
    format!("order_id,customer_id,timestamp,sku,quantity,unit_price\n{}\n", rows.join("\n"))
}

/// The forty products; `P-39` is sold out.
pub fn catalog() -> String {
    let mut text = String::from("sku,title,category,price,stock\n");
    for item in 0..40 {
        let stock = if item == 39 { 0 } else { 25 };
        writeln!(text, "P-{item:02},Product {item},Shelf {},{}.50,{stock}", item % 7, 3 + item).unwrap();
    }
    text
}
