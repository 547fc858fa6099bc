//! A chart as SVG: marks with intervals, lines and reference lines between two axes.
//!
//! Colours are those of a palette that people with any colour vision can tell apart (Okabe and Ito 2008); the style
//! sheet replaces them in the dark. Each series has a mark of its own too.

use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter};
use plotters::prelude::*;
use std::ops::Range;

/// Width of every chart in its own units; the page scales it.
const WIDTH: u32 = 380;
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);
/// Series colours; the first is endcap's.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x70, 0x70, 0x70),
];
const FONT: (&str, u32) = ("sans-serif", 16);

/// An axis from `from` to `to` with named ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures; empty where the ticks say it.
    pub label: String,
    /// The lower end.
    pub from: f64,
    /// The upper end.
    pub to: f64,
    /// Where a name stands.
    pub ticks: Vec<(f64, String)>,
    /// Units of the chart that the names take.
    pub room: u32,
}

impl Axis {
    /// From zero to a little more than the largest of `values`, ticks at round numbers; `per` names a tick.
    pub fn numbers(label: &str, values: impl Iterator<Item = f64>, per: fn(f64, usize) -> String) -> Self {
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        let to = if most > 0.0 { 1.06 * most } else { 1.0 };
        Self::between(label, 0.0, to, per)
    }

    /// From `from` to `to`, ticks at round numbers.
    pub fn between(label: &str, from: f64, to: f64, per: fn(f64, usize) -> String) -> Self {
        let (step, places) = step((to - from) / 5.0);
        let first = (from / step).ceil() as i64;
        let ticks = (first..first + 7).map(|k| k as f64 * step).filter(|tick| *tick <= to);
        Self { label: label.into(), from, to, ticks: ticks.map(|tick| (tick, per(tick, places))).collect(), room: 54 }
    }

    /// One place a name, the first at 0.
    pub fn names(names: impl Iterator<Item = String>, room: u32) -> Self {
        let ticks: Vec<(f64, String)> = names.enumerate().map(|(at, name)| (at as f64, name)).collect();
        Self { label: String::new(), from: -0.6, to: ticks.len() as f64 - 0.4, ticks, room }
    }

    /// The same axis, turned round: names from top to bottom.
    pub fn reversed(mut self) -> Self {
        let last = self.ticks.len().saturating_sub(1) as f64;
        self.ticks.iter_mut().for_each(|(at, _)| *at = last - *at);
        self.ticks.reverse();
        self
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.from) / (self.to - self.from);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(at, _)| *at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, at: &f64) -> String {
        self.ticks.iter().find(|(tick, _)| tick == at).map(|(_, name)| name.clone()).unwrap_or_default()
    }
}

/// The round number next above `least` (1, 2 or 5 times a power of ten), and the decimal places it needs.
fn step(least: f64) -> (f64, usize) {
    let power = libm::floor(libm::log10(least)) as i32;
    let scale = libm::pow(10.0, f64::from(power));
    let round = [1.0, 2.0, 5.0].into_iter().find(|round| round * scale >= least * 0.999);
    let power = if round.is_none() { power + 1 } else { power };
    (round.unwrap_or(10.0) * scale, usize::try_from(-power).unwrap_or(0))
}

/// A point; its interval lies along one axis, or is none where both ends are the point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Where.
    pub at: (f64, f64),
    /// The lower end of the interval.
    pub low: (f64, f64),
    /// The upper end.
    pub high: (f64, f64),
}

/// Points of one colour and mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Number of colour and mark; 0 is endcap's.
    pub look: usize,
    /// The points.
    pub points: Vec<Point>,
    /// Whether a line joins them.
    pub joined: bool,
}

/// A chart before it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Unique on the page.
    pub id: String,
    /// What it shows in a sentence, for those who cannot see it.
    pub title: String,
    /// Height in units of the chart; the width is 380.
    pub height: u32,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// What it shows; the last are drawn above the first.
    pub series: Vec<Series>,
    /// Thin lines to compare with.
    pub references: Vec<[(f64, f64); 2]>,
}

type Context<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
type Failed = Box<dyn std::error::Error>;

impl Chart {
    /// The chart as an SVG element without size: the style sheet decides.
    ///
    /// # Errors
    ///
    /// What the drawing library says.
    pub fn draw(&self) -> Result<String, Failed> {
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (WIDTH, self.height)).into_drawing_area();
            self.draw_on(&root).map_err(|error| error.to_string())?;
            root.present().map_err(|error| error.to_string())?;
        }
        let body = svg.split_once('>').map_or("", |(_, body)| body);
        let (id, title) = (minijinja::HtmlEscape(&self.id), minijinja::HtmlEscape(&self.title));
        let size = format!("viewBox=\"0 0 {WIDTH} {}\"", self.height);
        Ok(format!("<svg {size} role=\"img\" aria-labelledby=\"{id}\"><title id=\"{id}\">{title}</title>{body}"))
    }

    fn draw_on(&self, root: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Failed> {
        let mut builder = ChartBuilder::on(root);
        builder.margin(6).margin_right(14);
        builder.x_label_area_size(if self.x.label.is_empty() { 24 } else { 42 }).y_label_area_size(self.y.room);
        let mut chart =
            builder.build_cartesian_2d(self.x.clone(), self.y.clone()).map_err(|error| error.to_string())?;
        self.mesh(&mut chart)?;
        for [from, to] in &self.references {
            line(&mut chart, vec![*from, *to], AXIS.stroke_width(1))?;
        }
        self.series.iter().try_for_each(|series| series.draw(&mut chart))
    }

    fn mesh(&self, chart: &mut Context<'_, '_>) -> Result<(), Failed> {
        let mut mesh = chart.configure_mesh();
        mesh.axis_style(GRID).bold_line_style(GRID).light_line_style(TRANSPARENT).label_style(FONT);
        mesh.x_desc(&self.x.label).y_desc(&self.y.label);
        Ok(mesh.draw().map_err(|error| error.to_string())?)
    }
}

impl Series {
    fn draw(&self, chart: &mut Context<'_, '_>) -> Result<(), Failed> {
        let colour = COLOURS[self.look % COLOURS.len()];
        for point in self.points.iter().filter(|point| point.low != point.high) {
            line(chart, vec![point.low, point.high], colour.stroke_width(2))?;
        }
        if self.joined {
            line(chart, self.points.iter().map(|point| point.at).collect(), colour.stroke_width(2))?;
        }
        self.points.iter().try_for_each(|point| mark(chart, self.look, point.at))
    }
}

fn line(chart: &mut Context<'_, '_>, points: Vec<(f64, f64)>, style: ShapeStyle) -> Result<(), Failed> {
    chart.draw_series([PathElement::new(points, style)]).map_err(|error| error.to_string())?;
    Ok(())
}

fn mark(chart: &mut Context<'_, '_>, look: usize, at: (f64, f64)) -> Result<(), Failed> {
    let colour = COLOURS[look % COLOURS.len()];
    let drawn = match look {
        0 => chart.draw_series([Circle::new(at, 5, colour.filled())]).map(drop),
        1 => chart.draw_series([TriangleMarker::new(at, 6, colour.filled())]).map(drop),
        2 => chart.draw_series([Cross::new(at, 4, colour.stroke_width(2))]).map(drop),
        3 => chart.draw_series([Circle::new(at, 4, colour.stroke_width(2))]).map(drop),
        _ => chart.draw_series([Circle::new(at, 3, colour.filled())]).map(drop),
    };
    Ok(drawn.map_err(|error| error.to_string())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(step(0.09), (0.1, 1));
        assert_eq!(step(0.11), (0.2, 1));
        assert_eq!(step(0.021), (0.05, 2));
        assert_eq!(step(60.0), (100.0, 0));
        assert_eq!(step(7.0), (10.0, 0));
    }

    #[test]
    fn a_chart_holds_its_names_marks_and_no_address() {
        let point = |x: f64, y: f64| Point { at: (x, y), low: (x, y - 0.1), high: (x, y + 0.1) };
        let chart = Chart {
            id: "c".into(),
            title: "a < b & \"c\"".into(),
            height: 200,
            x: Axis::names(["one", "<script>"].iter().map(|name| name.to_string()), 0),
            y: Axis::numbers("HR@10", [0.1, 0.4].into_iter(), |tick, places| format!("{tick:.places$}")),
            series: vec![Series { look: 0, points: vec![point(0.0, 0.1), point(1.0, 0.3)], joined: true }],
            references: vec![[(0.0, 0.2), (1.0, 0.2)]],
        };
        let svg = chart.draw().unwrap();
        assert!(
            svg.starts_with("<svg viewBox=\"0 0 380 200\" role=\"img\" aria-labelledby=\"c\"><title id=\"c\">a &lt; b"),
            "{svg}"
        );
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(
            svg.contains("HR@10") && svg.contains("&lt;script&gt;") && !svg.contains("<script") && !svg.contains("://")
        );
        assert!(svg.trim_end().ends_with("</svg>"));
    }
}
