//! A run as files: what a shop would hand to a report, and the truth beside it.

use super::{Shop, SimulatedOrder, Sink, Truth, toml_text};
use crate::event::{Event, json};
use crate::sample::SampleError;
use crate::sample::write::{self, availability, moment};
use crate::shop::Money;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The names of what [`write()`] writes.
pub const FILES: [&str; 5] = ["events.jsonl", "orders.csv", "catalog.csv", "endcap.toml", "truth.json"];
/// Bytes that are gathered before they go to the disk.
const GATHERED: usize = 1 << 18;

/// Runs the shop with a seed and writes all of it into `dir`, which must be empty or new.
///
/// `events.jsonl` (schema 1), `orders.csv` with the cart attribute in `_endcap` and a row of a negative quantity for each line
/// that came back, `catalog.csv` with costs, `endcap.toml` with the registered plans, and `truth.json`: the same bytes on
/// every machine.
///
/// # Errors
///
/// [`SampleError::NotEmpty`] where the directory holds anything, [`SampleError::Io`] where the disk fails; what was written
/// until then stays.
///
/// # Cost
///
/// Memory as [`Shop::run`], and half a megabyte.
pub fn write(shop: &Shop, seed: u64, dir: &Path) -> Result<Truth, SampleError> {
    refuse_non_empty(dir)?;
    fs::create_dir_all(dir).map_err(|cause| SampleError::Io { path: dir.to_owned(), cause })?;
    let at = |name: &str| dir.join(name);
    let failed = |name: &str| {
        let path = at(name);
        move |cause| SampleError::Io { path, cause }
    };
    let [events, orders, catalog, settings, truth] = FILES;
    let open =
        |name: &str| File::create(at(name)).map(|file| BufWriter::with_capacity(GATHERED, file)).map_err(failed(name));
    let mut log = Log { events: Ok(open(events)?), orders: Ok(csv::Writer::from_writer(open(orders)?)) };
    if let Ok(table) = &mut log.orders
        && let Err(error) = table.write_record(COLUMNS)
    {
        log.orders = Err(error.into());
    }
    let told = shop.run_into(seed, &mut log);
    log.events.and_then(|mut file| file.flush()).map_err(failed(events))?;
    log.orders.and_then(|mut file| file.flush()).map_err(failed(orders))?;
    catalog_bytes(shop).and_then(|bytes| fs::write(at(catalog), bytes)).map_err(failed(catalog))?;
    fs::write(at(settings), toml_text::text(shop, seed)).map_err(failed(settings))?;
    let json = serde_json::to_string_pretty(&told).map_err(io::Error::from);
    json.and_then(|text| fs::write(at(truth), text + "\n")).map_err(failed(truth))?;
    Ok(told)
}

/// Refuses a directory that holds anything; one that is not there holds nothing.
///
/// # Errors
///
/// As [`write()`].
pub fn refuse_non_empty(dir: &Path) -> Result<(), SampleError> {
    write::refuse_non_empty(dir)
}

/// Columns of `orders.csv`.
const COLUMNS: [&str; 7] = ["order_id", "customer_id", "timestamp", "sku", "quantity", "unit_price", "_endcap"];

/// Events and orders on their way to the disk, each until it fails.
struct Log {
    events: io::Result<BufWriter<File>>,
    orders: io::Result<csv::Writer<BufWriter<File>>>,
}

impl Sink for Log {
    fn event(&mut self, event: Event) {
        if let Ok(file) = &mut self.events
            && let Err(error) = json::write(&event, file)
        {
            self.events = Err(error);
        }
    }

    fn order(&mut self, order: SimulatedOrder) {
        if let Ok(table) = &mut self.orders
            && let Err(error) = order_rows(table, &order)
        {
            self.orders = Err(error.into());
        }
    }

    fn goes_on(&self) -> bool {
        self.events.is_ok() && self.orders.is_ok()
    }
}

/// The lines of an order, and again with negative quantities when they came back.
fn order_rows(table: &mut csv::Writer<impl Write>, order: &SimulatedOrder) -> csv::Result<()> {
    let customer = order.customer.as_deref().unwrap_or_default();
    let attribute = order.attribute();
    let times = std::iter::once((order.at, 1)).chain(order.returned.map(|at| (at, -1)));
    for (at, sign) in times {
        let at = moment(at);
        for line in &order.lines {
            let (quantity, price) = ((sign * line.quantity).to_string(), line.unit_price.to_string());
            table.write_record([&order.id, customer, &at, &line.sku, &quantity, &price, &attribute])?;
        }
    }
    Ok(())
}

fn catalog_bytes(shop: &Shop) -> io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let columns = ["sku", "title", "category", "price", "cost", "stock", "availability", "brand", "group", "cart_id"];
    table.write_record(columns)?;
    for product in &shop.shelf.products {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let money = |field: Option<Money>| field.map(|money| money.to_string()).unwrap_or_default();
        table.write_record([
            product.sku.clone(),
            text(&product.title),
            text(&product.category),
            money(product.price),
            money(product.cost),
            product.stock.map(|count| count.to_string()).unwrap_or_default(),
            availability(product.availability).to_owned(),
            text(&product.brand),
            text(&product.group),
            text(&product.cart_id),
        ])?;
    }
    table.into_inner().map_err(|error| error.into_error())
}
