//! What stood at the output path stays whole: through Ctrl-C, SIGTERM and a full disk, at any moment.
#![cfg(all(feature = "cli", unix))]

#[path = "support/shop.rs"]
mod shop;

use shop::{Shop, ended};
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What `kill` calls the signal, and the exit code that it leaves.
const SIGNALS: [(&str, i32); 2] = [("INT", 130), ("TERM", 143)];

fn send(signal: &str, child: &Child) {
    // The process may have ended by itself in the meantime.
    let _ = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).stderr(Stdio::null()).status();
}

/// Waits until the command has said something: from then on it listens to signals.
fn first_word(child: &mut Child) {
    let mut byte = [0];
    child.stderr.as_mut().unwrap().read_exact(&mut byte).unwrap();
}

fn parts(shop: &Shop) -> Vec<String> {
    shop.files().into_iter().filter(|name| name.contains(".part")).collect()
}

fn sound(shop: &Shop, file: &str) {
    shop.run(&["verify", file]).with(0);
}

#[test]
fn a_training_run_can_be_stopped_at_any_moment() {
    let shop = Shop::new();
    shop.run(&["sample", "sample"]).with(0);
    let train =
        ["train", "--catalog", "sample/catalog.csv", "--orders", "sample/orders.csv", "--events", "sample/events.csv"];
    let args = [&train[..], &["-o", "model.endcap"]].concat();
    let began = Instant::now();
    shop.run(&args).with(0);
    let whole = began.elapsed();
    let new = fs::read(shop.path("model.endcap")).unwrap();
    let old = fs::read(Shop::trained().path("model.endcap")).unwrap();
    let mut stopped = 0;
    for (moment, (signal, code)) in (0..8).zip(SIGNALS.into_iter().cycle()) {
        shop.write("model.endcap", &old);
        let mut child = shop.command(&args).spawn().unwrap();
        first_word(&mut child);
        std::thread::sleep(whole * moment / 8);
        send(signal, &child);
        let ended = ended(child);
        let left = fs::read(shop.path("model.endcap")).unwrap();
        match ended.code {
            Some(0) => assert!(left == new, "finished, but the file is not the new one"),
            found => {
                assert_eq!(found, Some(code), "after SIG{signal}: {}", ended.err);
                assert!(left == old || left == new, "stopped, and the file is neither the old one nor the new one");
                stopped += 1;
            }
        }
        assert_eq!(parts(&shop), Vec::<String>::new(), "after SIG{signal}");
    }
    assert!(stopped > 0, "no run was stopped");
}

/// A catalog of so long titles that its bundle takes a while to write.
fn shop_of_long_titles() -> Shop {
    let shop = Shop::new();
    let mut catalog = String::from("sku,title\n");
    for item in 0..20_000 {
        writeln!(catalog, "P-{item:02},{item:x<600}").unwrap();
    }
    shop.write("catalog.csv", catalog);
    shop.run(&["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--allow-weak", "-o", "whole.endcap"])
        .with(0);
    shop
}

#[test]
fn a_slice_that_is_being_written_is_taken_away() {
    let shop = shop_of_long_titles();
    let args = ["slice", "whole.endcap", "--relations", "cards,cart", "-o", "slice.endcap"];
    shop.run(&args).with(0);
    let new = fs::read(shop.path("slice.endcap")).unwrap();
    assert!(new.len() > 5_000_000, "{} bytes are written too fast", new.len());
    for (signal, code) in SIGNALS.into_iter().cycle().take(6) {
        shop.write("slice.endcap", b"old");
        let child = shop.command(&args).spawn().unwrap();
        let began = Instant::now();
        while parts(&shop).is_empty() && began.elapsed() < Duration::from_secs(20) {}
        send(signal, &child);
        let ended = ended(child);
        let left = fs::read(shop.path("slice.endcap")).unwrap();
        match ended.code {
            Some(0) => assert!(left == new),
            found => {
                assert_eq!(found, Some(code), "{}", ended.err);
                assert!(left == b"old" || left == new, "half a file");
            }
        }
        assert_eq!(parts(&shop), Vec::<String>::new(), "after SIG{signal}");
    }
}

#[test]
fn a_sample_is_whole_or_not_there() {
    for (moment, (signal, code)) in (0..6).zip(SIGNALS.into_iter().cycle()) {
        let shop = Shop::new();
        let child = shop.command(&["sample", "sample"]).spawn().unwrap();
        let began = Instant::now();
        while !shop.path("sample").exists() && began.elapsed() < Duration::from_secs(20) {}
        std::thread::sleep(Duration::from_millis(5 * moment));
        send(signal, &child);
        let code_left = ended(child).code;
        assert!([Some(0), Some(code)].contains(&code_left), "{code_left:?}");
        shop.run(&["train", "--orders", "sample/orders.csv", "--events", "sample/events.csv", "-o", "m.endcap"])
            .with(0);
        let whole = Shop::new();
        whole.run(&["sample", "sample"]).with(0);
        let files = |shop: &Shop| fs::read_dir(shop.path("sample/pictures")).unwrap().count();
        assert_eq!(files(&shop), files(&whole));
    }
}

/// Runs under a limit on the size of files, which stands for a full disk.
fn on_a_full_disk(shop: &Shop, args: &str) -> shop::Ended {
    let script = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" {args}");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_endcap")]).current_dir(shop.dir.path());
    ended(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[test]
fn a_full_disk_leaves_the_old_model() {
    let shop = Shop::trained();
    let old = fs::read(shop.path("model.endcap")).unwrap();
    assert!(old.len() > 1024);
    let before = shop.files();
    for args in
        ["train --catalog catalog.csv --orders orders.csv -o model.endcap", "slice model.endcap -o model.endcap"]
    {
        let ended = on_a_full_disk(&shop, args).with(3);
        assert!(ended.err.contains("model.endcap") && ended.err.contains("free space"), "{}", ended.err);
        assert!(fs::read(shop.path("model.endcap")).unwrap() == old);
        assert_eq!(shop.files(), before, "nothing half written is left");
    }
    sound(&shop, "model.endcap");
}

#[test]
fn a_full_disk_leaves_no_half_sample() {
    let shop = Shop::new();
    let before = shop.files();
    let ended = on_a_full_disk(&shop, "sample sample").with(3);
    assert!(ended.err.contains("free space"), "{}", ended.err);
    assert_eq!(shop.files(), before);
    fs::create_dir(shop.path("sample")).unwrap();
    on_a_full_disk(&shop, "sample sample").with(3);
    assert_eq!(fs::read_dir(shop.path("sample")).unwrap().count(), 0, "a folder that was there stays, empty");
    shop.run(&["sample", "sample"]).with(0);
}

#[test]
fn what_is_no_file_is_written_to_and_not_replaced() {
    let shop = Shop::trained();
    assert!(Command::new("mkfifo").arg(shop.path("pipe")).status().unwrap().success());
    let path = shop.path("pipe");
    let reader = std::thread::spawn(move || fs::read(path).unwrap());
    shop.run(&["slice", "model.endcap", "-o", "pipe"]).with(0);
    shop.run(&["slice", "model.endcap", "-o", "plain.endcap"]).with(0);
    assert!(reader.join().unwrap() == fs::read(shop.path("plain.endcap")).unwrap());
    assert!(fs::symlink_metadata(shop.path("pipe")).unwrap().file_type().is_fifo());
    fs::create_dir(shop.path("folder")).unwrap();
    assert!(shop.run(&["slice", "model.endcap", "-o", "folder"]).with(2).err.contains("found a folder"));
}

#[test]
fn a_link_stays_a_link() {
    let shop = Shop::trained();
    fs::create_dir(shop.path("releases")).unwrap();
    shop.write("releases/7.endcap", b"old");
    std::os::unix::fs::symlink("releases/7.endcap", shop.path("current.endcap")).unwrap();
    shop.run(&["slice", "model.endcap", "-o", "current.endcap"]).with(0);
    assert!(fs::symlink_metadata(shop.path("current.endcap")).unwrap().file_type().is_symlink());
    sound(&shop, "releases/7.endcap");
}

#[test]
fn a_simulation_that_is_stopped_leaves_nothing() {
    for (moment, (signal, code)) in (0..4).zip(SIGNALS.into_iter().cycle()) {
        let shop = Shop::new();
        // So many that it is never done before it is stopped.
        let child = shop.command(&["simulate", "--visitors-a-day", "100000", "-o", "months"]).spawn().unwrap();
        let began = Instant::now();
        while !shop.path("months").exists() && began.elapsed() < Duration::from_secs(20) {}
        std::thread::sleep(Duration::from_millis(60 * moment));
        send(signal, &child);
        let ended = ended(child);
        assert_eq!(ended.code, Some(code), "after SIG{signal}: {}", ended.err);
        let left: Vec<_> = fs::read_dir(shop.path("months")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "after SIG{signal}: {left:?}");
    }
}
