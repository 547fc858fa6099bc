//! The SQL that makes the tables: one `SELECT` a text, for any engine with common table expressions and windows.
//!
//! The same texts run on DuckDB, DataFusion and Spark. That is why they cast nothing, take times as seconds, and keep
//! expressions out of a window's `ORDER BY`.

/// What the texts ask of a pair, and of which table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The table or view of order lines.
    pub table: String,
    /// Orders that a pair needs; from 2 on two distinct customers too.
    pub min_support: u32,
}

impl Default for Sql {
    fn default() -> Self {
        Self { table: "order_lines".into(), min_support: 3 }
    }
}

/// Which orders count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    /// The days that hold the first nine tenths.
    Early,
    /// The days after them.
    Late,
}

impl Sql {
    /// All texts by the path of the table they make, ending in `.sql`.
    pub fn texts(&self) -> [(&'static str, String); 5] {
        [
            ("items.sql", self.items(Part::All)),
            ("pairs.sql", self.pairs(Part::All)),
            ("early/items.sql", self.items(Part::Early)),
            ("early/pairs.sql", self.pairs(Part::Early)),
            ("early/questions.sql", self.questions()),
        ]
    }

    fn items(&self, part: Part) -> String {
        let what = "what all orders say of each product (train --items)";
        let early = "what the first nine tenths of the orders say of each product (train --early)";
        let about = if part == Part::All { what } else { early };
        format!("{}{}{VOTES}{ITEMS}", self.head(about), self.lines(part))
    }

    fn pairs(&self, part: Part) -> String {
        let what = "which products are bought together (train --pairs)";
        let early = "which products were bought together in the first nine tenths of the orders (train --early)";
        let about = if part == Part::All { what } else { early };
        let support = match self.min_support {
            0 | 1 => String::new(),
            n => format!(
                "-- support: {n} orders of two customers at least\nHAVING COUNT(*) >= {n} AND MIN(k.buyer) < MAX(k.buyer)\n"
            ),
        };
        format!("{}{}{VOTES}{PAIRS}{support}", self.head(about), self.lines(part))
    }

    fn questions(&self) -> String {
        let about =
            "at most 3,000 later orders, without number, customer or time, to choose settings by (train --early)";
        format!("{}{}{QUESTION_ROWS}", self.head(about), self.lines(Part::Late))
    }

    /// What the text makes and what it expects.
    fn head(&self, about: &str) -> String {
        let table = &self.table;
        let expected = format!(
            "-- Expected: {table}(order_id, customer_id, ts, sku), a table or view, one row a line of an order."
        );
        format!("-- {about}\n{expected}\n{EXPECTED}")
    }

    /// The first tables: each product of an order once, and who bought it.
    fn lines(&self, part: Part) -> String {
        let table = &self.table;
        let which = match part {
            Part::All => return format!("WITH wanted AS (\n  SELECT order_id, customer_id, sku FROM {table}\n{LINES}"),
            Part::Early => "WHERE d.until * 10 <= d.all_orders * 9",
            Part::Late => "WHERE d.until * 10 > d.all_orders * 9",
        };
        let days = DAYS.replace("{table}", table);
        format!(
            "{days}wanted AS (\n  SELECT l.order_id, l.customer_id, l.sku\n  FROM {table} l\n  JOIN moments m ON m.order_id = l.order_id\n  \
             JOIN ends d ON d.day = m.day\n  {which}\n{LINES}"
        )
    }
}

const EXPECTED: &str = "\
--   order_id     which order; never null
--   customer_id  who bought; null where unknown: such an order counts as a customer of its own
--   ts           when, in seconds since 1970, as a 64-bit integer; only the early tables need it
--   sku          which product, as text
-- Leave out what is no sale of a product that is still in the catalog: cancelled orders, returns, postage, fees.
-- Write the result as Parquet, snappy or zstd, one file or a folder of part files. In DuckDB, for one:
--   COPY (this text) TO 'pairs' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT)
";

/// Orders by day, so that no engine has to sort them all in one place.
const DAYS: &str = "\
WITH times AS (
  SELECT order_id, MIN(ts) AS ts FROM {table} WHERE sku <> '' GROUP BY order_id
),
moments AS (
  SELECT order_id, ts - ts % 86400 AS day FROM times
),
days AS (
  SELECT day, COUNT(*) AS orders FROM moments WHERE day IS NOT NULL GROUP BY day
),
ends AS (
  SELECT day, SUM(orders) OVER (ORDER BY day) AS until, SUM(orders) OVER () AS all_orders FROM days
),
";

const LINES: &str = "\
),
lines AS (
  SELECT order_id, sku, MIN(customer_id) AS customer
  FROM wanted
  WHERE sku <> '' AND order_id IS NOT NULL
  GROUP BY order_id, sku
),
";

/// The products of an order that count, and how many they are.
const VOTES: &str = "\
sold AS (
  SELECT sku, COUNT(*) AS orders FROM lines GROUP BY sku
),
ranked AS (
  SELECT l.order_id, l.sku, ROW_NUMBER() OVER (PARTITION BY l.order_id ORDER BY s.orders, l.sku DESC) AS place
  FROM lines l
  JOIN sold s ON s.sku = l.sku
),
votes AS (
  -- of a very large order only the least popular products count
  SELECT order_id, sku FROM ranked WHERE place <= 100
),
sizes AS (
  SELECT order_id, COUNT(*) AS size FROM votes GROUP BY order_id
),
";

const ITEMS: &str = "\
shop AS (
  SELECT COUNT(*) AS shop_orders, SUM(1 / SQRT(size)) AS shop_weight FROM sizes
),
weights AS (
  SELECT v.sku, SUM(1 / SQRT(z.size)) AS weight
  FROM votes v
  JOIN sizes z ON z.order_id = v.order_id
  GROUP BY v.sku
)
SELECT s.sku, s.orders, COALESCE(w.weight, 0) AS weight, p.shop_orders, p.shop_weight
FROM sold s
CROSS JOIN shop p
LEFT JOIN weights w ON w.sku = s.sku
";

const PAIRS: &str = "\
shop AS (
  SELECT COUNT(*) AS products FROM sold
),
customers AS (
  SELECT order_id, MIN(customer) AS customer FROM lines GROUP BY order_id
),
firsts AS (
  SELECT customer, MIN(order_id) AS first_order FROM customers WHERE customer IS NOT NULL GROUP BY customer
),
baskets AS (
  SELECT
    z.order_id,
    -- a customer goes by the first order, and so does an order without one
    COALESCE(f.first_order, z.order_id) AS buyer,
    1 / SQRT(z.size) AS weight,
    1 / SQRT(z.size - 1) AS corrected,
    EXP(LN(z.size) * -7 / 10) AS walk,
    LN(p.products) - LN(1 + z.size) AS idf
  FROM sizes z
  CROSS JOIN shop p
  JOIN customers c ON c.order_id = z.order_id
  LEFT JOIN firsts f ON f.customer = c.customer
  WHERE z.size >= 2
)
SELECT
  a.sku AS sku_a,
  b.sku AS sku_b,
  COUNT(*) AS orders,
  SUM(k.weight) AS weight,
  SUM(k.corrected) AS corrected,
  SUM(k.walk) AS walk,
  SUM(k.idf * k.idf) AS telling
FROM votes a
JOIN votes b ON b.order_id = a.order_id AND a.sku < b.sku
JOIN baskets k ON k.order_id = a.order_id
GROUP BY a.sku, b.sku
";

const QUESTION_ROWS: &str = "\
several AS (
  SELECT order_id FROM lines GROUP BY order_id HAVING COUNT(*) >= 2
),
tokens AS (
  SELECT order_id, MD5(CONCAT('order ', order_id)) AS token FROM several
),
picked AS (
  SELECT order_id, token FROM tokens ORDER BY token, order_id LIMIT 3000
),
numbered AS (
  SELECT order_id, ROW_NUMBER() OVER (ORDER BY token, order_id) AS question FROM picked
)
SELECT n.question, l.sku
FROM numbered n
JOIN lines l ON l.order_id = n.order_id
";
