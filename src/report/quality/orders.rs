//! What is wrong with orders and costs.

use super::{BROKEN, Data, Writer, over};
use crate::page::number::percent;
use crate::report::faults::Fault;
use crate::report::told::{Finding, Severity};
use Severity::{Blocks, Notes, Warns};

/// A share that is worth a warning.
const MANY: f64 = 0.05;

impl Writer {
    pub fn orders(&mut self, data: &Data<'_>) {
        let (faults, orders) = (&data.tally.faults, data.orders);
        let none = u64::from(orders.count == 0);
        self.write(
            "no_orders",
            Blocks,
            (none, 0),
            "There are no orders.".into(),
            "Give them: `--orders`, or `purchase` events.",
        );
        let without = orders.count - orders.with_unit;
        let said = format!("{without} of {} orders name no unit and belong to no arm.", orders.count);
        let severity = if over(without, orders.count, 0.3) { Warns } else { Notes };
        self.write(
            "orders_without_unit",
            severity,
            (without, orders.count),
            said,
            "Expected from visitors without consent; of others, put `_endcap` into the order.",
        );
        let lines = data.totals.lines;
        let table: [(&'static str, Fault, Severity, u64, &str, &str); 7] = [
            (
                "purchases_without_order",
                Fault::PurchaseWithoutOrder,
                Warns,
                orders.count,
                "purchases of the log are in no orders file and are left out",
                "Export the orders up to the last event; test orders may stay out.",
            ),
            (
                "orders_of_two_units",
                Fault::OrderOfTwoUnits,
                Warns,
                orders.count,
                "orders name one unit in the file and another in the log; the file's is taken",
                "Look at who writes `_endcap`.",
            ),
            (
                "cancelled_orders",
                Fault::Cancelled,
                Notes,
                orders.count,
                "orders were cancelled and are left out",
                "Nothing.",
            ),
            (
                "negative_orders",
                Fault::Negative,
                Notes,
                orders.count,
                "orders are below zero: their value counts, they do not count as orders",
                "Nothing, where they are refunds under a number of their own.",
            ),
            ("returned_lines", Fault::Returned, Notes, lines, "lines came back and are taken off", "Nothing."),
            (
                "lines_again",
                Fault::LineAgain,
                Warns,
                lines,
                "lines of orders stand in more than one file and count once",
                "Give each order by one file: exports that overlap are easily counted twice.",
            ),
            (
                "lines_without_price",
                Fault::WithoutPrice,
                Warns,
                lines,
                "lines have no price and count as nothing",
                "Give `unit_price`, or a catalog with prices.",
            ),
        ];
        for (code, fault, severity, of, what, remedy) in table {
            let count = faults.count(fault);
            self.write(code, severity, (count, of), format!("{count} {what}."), remedy);
        }
        self.costs(data);
    }

    fn costs(&mut self, data: &Data<'_>) {
        let orders = data.orders;
        let unknown = 1.0 - orders.known_revenue as f64 / (orders.revenue as f64).max(1.0);
        if orders.count == 0 || unknown < BROKEN {
            return;
        }
        let what = if data.frame.with_margin {
            format!("their margin is taken to be that of the others, {}", percent(data.frame.margin_rate, 1))
        } else {
            "so margins are not told, and the net lift is that of the average order".to_owned()
        };
        let share = Some(unknown);
        let severity = if unknown > MANY { Warns } else { Notes };
        let sentence = format!("Costs are not known for {} of revenue: {what}.", percent(unknown, 1));
        let remedy = "Give a catalog with costs: `--catalog`.".to_owned();
        self.0.push(Finding {
            code: "costs_unknown",
            severity,
            experiment: None,
            count: orders.count,
            share,
            sentence,
            remedy,
        });
    }
}
