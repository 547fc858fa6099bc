//! The same orders give the same bundle, byte for byte, whatever the number of threads and the order of rows.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use flate2::read::GzDecoder;
use shop::{Shop, ended, orders, rows};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Trains on `orders` with a number of threads and returns the bundle.
fn bundle(shop: &Shop, orders: &Path, threads: &str) -> Vec<u8> {
    let name = format!("threads-{threads}.endcap");
    let orders = orders.to_str().unwrap();
    let mut command = shop.command(&["train", "--orders", orders, "--allow-weak", "-o", &name]);
    ended(command.env("RAYON_NUM_THREADS", threads).spawn().unwrap()).with(0);
    fs::read(shop.path(&name)).unwrap()
}

/// Puts rows into an order that is the same in every run and nothing like the first.
fn shuffled(mut rows: Vec<String>) -> Vec<String> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for at in (1..rows.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        rows.swap(at, (state % (at as u64 + 1)) as usize);
    }
    rows
}

#[test]
fn threads_and_the_order_of_rows_do_not_show_in_the_bytes() {
    let shop = Shop::new();
    shop.write("shuffled.csv", orders(&shuffled(rows())));
    assert_ne!(fs::read(shop.path("shuffled.csv")).unwrap(), fs::read(shop.path("orders.csv")).unwrap());
    let one = bundle(&shop, Path::new("orders.csv"), "1");
    assert!(one == bundle(&shop, Path::new("orders.csv"), "2"), "two threads give other bytes than one");
    assert!(one == bundle(&shop, Path::new("shuffled.csv"), "2"), "shuffled rows give other bytes");
}

/// The same on half a million lines of a real shop, where they are at hand.
#[test]
fn threads_and_the_order_of_real_rows_do_not_show_in_the_bytes() {
    let shop = Shop::new();
    let data = std::env::var_os("ENDCAP_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let file = data.join("uci_retail_2009_2010/orders.csv.gz");
    let rows: Vec<String> = if file.is_file() {
        let mut text = String::new();
        GzDecoder::new(File::open(&file).unwrap()).read_to_string(&mut text).unwrap();
        text.lines().map(String::from).collect()
    } else {
        // Past the harness, which keeps what a test prints to itself.
        let missing =
            format!("NOT ON REAL ORDERS: {} is not there; set ENDCAP_DATA. The sample shop it is.\n", file.display());
        std::io::stderr().write_all(missing.as_bytes()).unwrap();
        shop.run(&["sample", "shop"]).with(0);
        fs::read_to_string(shop.path("shop/orders.csv")).unwrap().lines().map(String::from).collect()
    };
    let (header, lines) = rows.split_first().unwrap();
    shop.write("in-order.csv", format!("{header}\n{}\n", lines.join("\n")));
    shop.write("shuffled.csv", format!("{header}\n{}\n", shuffled(lines.to_vec()).join("\n")));
    let two = bundle(&shop, Path::new("in-order.csv"), "2");
    assert!(two == bundle(&shop, Path::new("shuffled.csv"), "1"), "one thread and shuffled rows give other bytes");
}
