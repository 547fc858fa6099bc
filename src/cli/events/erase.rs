//! `endcap events erase`: logs without somebody.

use super::super::failure::Failure;
use super::whom::Whom;
use super::{Logs, expire, key};
use crate::event::UnitKey;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `endcap events erase`.
#[derive(Args)]
#[command(
    about = "Write logs without the events of some units or customers",
    after_help = "With --customer the units are those that the customer's orders carry and those that purchases of these orders name, \
        in the logs given; the purchases go too. Where a log is hashed the key is needed, or the hash itself; and where a hash is \
        given, or orders carry one, and the log has units as they are, the key again: exit code 1 says that events were kept which \
        could not be compared. Rows of orders that cannot be read are told on stderr. Once the key is destroyed nobody can be found in a hashed log, and \
        nothing in it is anybody's any more. The files are written under their names to another folder; the old ones are yours to \
        delete.\n\nExamples:\n  \
        endcap events erase logs/ --unit 0f3c5a77e1b2 --key unit.key -o kept/\n  \
        endcap events erase logs/ --customer C-17 --orders orders.csv --key unit.key -o kept/\n  \
        endcap events erase november.parquet --unit-key 1d953fa5a1236eb4a2ce520bdd0506e1 -o kept/"
)]
pub(super) struct EraseArgs {
    #[command(flatten)]
    logs: Logs,
    /// A unit as the shop has it; may be given several times
    #[arg(long, value_name = "UNIT", required_unless_present_any = ["unit_key", "customer"])]
    unit: Vec<String>,
    /// The hash of a unit, 32 hexadecimal digits; may be given several times
    #[arg(long, value_name = "HASH", value_parser = unit_key)]
    unit_key: Vec<UnitKey>,
    /// A customer as --orders name them; may be given several times
    #[arg(long, value_name = "CUSTOMER", requires = "orders")]
    customer: Vec<String>,
    /// Exports of orders, to find a customer's units in
    #[arg(long, value_name = "FILES", requires = "customer")]
    orders: Vec<PathBuf>,
    /// The key that units of the log are hashed under
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// `--unit-key`.
fn unit_key(text: &str) -> Result<UnitKey, String> {
    UnitKey::parse(text).ok_or_else(|| "expected 32 hexadecimal digits in lower case".to_owned())
}

pub(super) fn run(args: EraseArgs) -> Result<(), Failure> {
    let key = key(args.key.as_ref())?;
    let mut whom = Whom::new(&args.unit, &args.unit_key, key.as_ref());
    whom.add_customers(&args.customer, &args.orders)?;
    whom.add_buyers(&args.logs)?;
    let told = expire::without(&args.logs, &args.output, &mut |event| whom.holds(event))?;
    expire::tell(&told, "erased", args.json)?;
    whom.be_sure()
}
