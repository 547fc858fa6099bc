//! The shop as files: tables, pictures, settings and a note on what is planted.

use super::catalog::{Catalog, Item};
use super::orders::Order;
use super::visits::Step;
use super::{SampleError, Written, orders, pictures, visits};
use crate::shop::{Availability, Currency, EventKind, Money, Timestamp};
use std::fs;
use std::path::Path;

/// One file of the shop.
pub(super) struct File {
    /// Path within the directory, with `/`.
    pub(super) path: String,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// All files and their counts, in the order in which they are written.
pub(super) fn files() -> Result<(Vec<File>, Written), SampleError> {
    let catalog = Catalog::build();
    let orders = orders::place(&catalog);
    let steps = visits::record(&catalog, &orders);
    let mut files = vec![
        table("catalog.csv", |csv| catalog_rows(csv, &catalog))?,
        table("orders.csv", |csv| order_rows(csv, &catalog, &orders))?,
        table("events.csv", |csv| event_rows(csv, &catalog, &steps))?,
        File { path: "endcap.toml".to_owned(), bytes: include_bytes!("files/endcap.toml").to_vec() },
        File { path: "README.md".to_owned(), bytes: include_bytes!("files/README.md").to_vec() },
    ];
    files.extend(catalog.items.iter().map(picture));
    let written = Written {
        products: catalog.items.len(),
        orders: orders.len(),
        order_lines: orders.iter().map(|order| order.lines.len()).sum(),
        events: steps.len(),
        pictures: catalog.items.len(),
        bytes: files.iter().map(|file| file.bytes.len()).sum(),
    };
    Ok((files, written))
}

/// Writes all files into an empty or new directory; where that fails, takes away again what it wrote.
pub(super) fn write_files(dir: &Path) -> Result<Written, SampleError> {
    refuse_non_empty(dir)?;
    let new = !dir.exists();
    let (files, written) = files()?;
    match write_each(dir, &files) {
        Ok(()) => Ok(written),
        Err(error) => {
            take_away(dir, &files, new);
            Err(error)
        }
    }
}

fn write_each(dir: &Path, files: &[File]) -> Result<(), SampleError> {
    create(&dir.join("pictures"))?;
    for file in files {
        let path = dir.join(&file.path);
        fs::write(&path, &file.bytes).map_err(|cause| SampleError::Io { path, cause })?;
    }
    Ok(())
}

/// Removes what [`write_each`] may have written, and nothing else; what cannot be removed stays.
fn take_away(dir: &Path, files: &[File], new: bool) {
    for file in files {
        let _ = fs::remove_file(dir.join(&file.path));
    }
    let _ = fs::remove_dir(dir.join("pictures"));
    if new {
        let _ = fs::remove_dir(dir);
    }
}

fn create(dir: &Path) -> Result<(), SampleError> {
    fs::create_dir_all(dir).map_err(|cause| SampleError::Io { path: dir.to_owned(), cause })
}

pub(super) fn refuse_non_empty(dir: &Path) -> Result<(), SampleError> {
    let mut entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(SampleError::Io { path: dir.to_owned(), cause }),
    };
    match entries.next() {
        None => Ok(()),
        Some(Ok(entry)) => Err(SampleError::NotEmpty { dir: dir.to_owned(), found: entry.file_name() }),
        Some(Err(cause)) => Err(SampleError::Io { path: dir.to_owned(), cause }),
    }
}

type Csv = csv::Writer<Vec<u8>>;

fn table(path: &str, rows: impl FnOnce(&mut Csv) -> csv::Result<()>) -> Result<File, SampleError> {
    let failed = |cause| SampleError::Io { path: path.into(), cause };
    let mut csv = csv::Writer::from_writer(Vec::new());
    rows(&mut csv).map_err(|error| failed(error.into()))?;
    let bytes = csv.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(File { path: path.to_owned(), bytes })
}

fn picture(item: &Item) -> File {
    File { path: format!("pictures/{}.svg", item.product.sku), bytes: pictures::draw(item).into_bytes() }
}

fn catalog_rows(csv: &mut Csv, catalog: &Catalog) -> csv::Result<()> {
    csv.write_record([
        "sku",
        "title",
        "category",
        "price",
        "cost",
        "stock",
        "availability",
        "brand",
        "group",
        "cart_id",
        "url",
        "image",
        "tags",
        "season",
    ])?;
    for Item { product: p, .. } in &catalog.items {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let money = |field: Option<Money>| field.map(|m| m.to_string()).unwrap_or_default();
        let stock = p.stock.map(|n| n.to_string()).unwrap_or_default();
        let row = [
            p.sku.clone(),
            text(&p.title),
            text(&p.category),
            money(p.price),
            money(p.cost),
            stock,
            availability(p.availability).to_owned(),
            text(&p.brand),
            text(&p.group),
            text(&p.cart_id),
            text(&p.url),
            text(&p.image),
            p.tags.join(", "),
            text(&p.season),
        ];
        csv.write_record(row)?;
    }
    Ok(())
}

pub(super) fn availability(state: Option<Availability>) -> &'static str {
    match state {
        Some(Availability::InStock) => "in_stock",
        Some(Availability::OutOfStock) => "out_of_stock",
        Some(Availability::Backorder) => "backorder",
        Some(Availability::Preorder) => "preorder",
        None => "",
    }
}

fn order_rows(csv: &mut Csv, catalog: &Catalog, orders: &[Order]) -> csv::Result<()> {
    let euro = Currency::parse("EUR").unwrap_or(Currency::NONE);
    csv.write_record(["order_id", "customer_id", "timestamp", "sku", "quantity", "unit_price"])?;
    for (order, number) in orders.iter().zip(100_001..) {
        let customer = order.customer.map(|n| format!("C{n:05}")).unwrap_or_default();
        for line in &order.lines {
            let price = Money::new(line.cents, euro).to_string();
            let sku = &catalog.items[line.item].product.sku;
            csv.write_record([
                &number.to_string(),
                &customer,
                &moment(order.at),
                sku,
                &line.quantity.to_string(),
                &price,
            ])?;
        }
    }
    Ok(())
}

fn event_rows(csv: &mut Csv, catalog: &Catalog, steps: &[Step]) -> csv::Result<()> {
    csv.write_record(["session_id", "timestamp", "event", "sku"])?;
    for step in steps {
        let session = format!("s{:05}", step.session);
        let sku = &catalog.items[step.item].product.sku;
        csv.write_record([session.as_str(), &moment(step.at), event(step.kind), sku])?;
    }
    Ok(())
}

fn event(kind: EventKind) -> &'static str {
    match kind {
        EventKind::View => "view",
        EventKind::AddToCart => "add_to_cart",
        EventKind::RemoveFromCart => "remove_from_cart",
        EventKind::Purchase => "purchase",
        EventKind::Impression => "impression",
        EventKind::Click => "click",
    }
}

/// `2026-08-31T19:05:00Z`.
pub(super) fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0).map(|t| t.to_string()).unwrap_or_default()
}
