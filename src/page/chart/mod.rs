//! A chart as SVG: lines, marks with intervals, bands, bars and reference lines between two axes.
//!
//! Colours are those of a palette that people with any colour vision can tell apart (Okabe and Ito 2008); the style
//! sheet replaces them in the dark. Each series has a mark of its own too. What lies beyond an axis is drawn at its end.

mod axis;
mod draw;

pub use axis::Axis;

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

impl Point {
    /// A point without an interval.
    pub fn bare(x: f64, y: f64) -> Self {
        Self { at: (x, y), low: (x, y), high: (x, y) }
    }
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
    /// Whether each has its mark; a line of many is clearer without.
    pub marked: bool,
}

/// The room between two lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Number of the colour.
    pub look: usize,
    /// The lower line, from left to right.
    pub low: Vec<(f64, f64)>,
    /// The upper line, from left to right.
    pub high: Vec<(f64, f64)>,
    /// How much of what lies below it is hidden, 0 to 1.
    pub strength: f64,
}

/// A filled rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Number of the colour.
    pub look: usize,
    /// One corner.
    pub from: (f64, f64),
    /// The other.
    pub to: (f64, f64),
}

/// A thin line to compare with, and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Both ends.
    pub ends: [(f64, f64); 2],
    /// Whether it is dashed: a level that was set, not an origin.
    pub dashed: bool,
}

impl Reference {
    /// A dashed line.
    pub fn dashed(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { ends: [from, to], dashed: true }
    }

    /// An unbroken line.
    pub fn solid(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { ends: [from, to], dashed: false }
    }
}

/// On which side of its place a text lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To the left of it.
    Left,
    /// To the right of it.
    Right,
    /// Above it.
    Above,
    /// Below it.
    Below,
    /// Above it, and ends there.
    AboveLeft,
    /// Above it, and starts there.
    AboveRight,
}

/// A text in the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub at: (f64, f64),
    /// On which side of it.
    pub side: Side,
    /// What it says.
    pub text: String,
}

/// A chart before it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Unique on the page.
    pub id: String,
    /// What it shows in a sentence, for those who cannot see it.
    pub title: String,
    /// What it says in figures, for the same; empty: no more than the title.
    pub description: String,
    /// Width and height in units of the chart, letters being 13 of them; the page scales both.
    pub size: (u32, u32),
    /// Units that labels to the right of the x axis take.
    pub right: u32,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// Stretches of the x axis that are shaded.
    pub shades: Vec<(f64, f64)>,
    /// Drawn below everything else.
    pub bands: Vec<Band>,
    /// Drawn above the bands.
    pub bars: Vec<Bar>,
    /// What it shows; the last are drawn above the first.
    pub series: Vec<Series>,
    /// Thin lines to compare with.
    pub references: Vec<Reference>,
    /// Drawn last.
    pub labels: Vec<Label>,
}

impl Default for Chart {
    fn default() -> Self {
        Self {
            id: String::new(),
            title: String::new(),
            description: String::new(),
            size: (380, 250),
            right: 0,
            x: Axis::bare(0.0, 1.0),
            y: Axis::bare(0.0, 1.0),
            shades: Vec::new(),
            bands: Vec::new(),
            bars: Vec::new(),
            series: Vec::new(),
            references: Vec::new(),
            labels: Vec::new(),
        }
    }
}

/// A name of at most so many letters, the rest an ellipsis, apart from what stands around it whichever way it is written.
pub fn short(name: &str, letters: usize) -> String {
    let clean = super::clean(name);
    let mut rest = clean.chars();
    let mut out: String = rest.by_ref().take(letters).collect();
    if rest.next().is_some() {
        out.pop();
        out.push('…');
    }
    if out.is_ascii() { out } else { format!("\u{2068}{out}\u{2069}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_holds_its_names_marks_and_no_address() {
        let point = |x: f64, y: f64| Point { at: (x, y), low: (x, y - 0.1), high: (x, y + 0.1) };
        let chart = Chart {
            id: "c".into(),
            title: "a < b & \"c\"".into(),
            description: "b is <larger>".into(),
            size: (380, 200),
            right: 20,
            x: Axis::names(["one", "<script>"].iter().map(|name| name.to_string()), 0),
            y: Axis::numbers("HR@10", [0.1, 0.4].into_iter(), |tick, places| format!("{tick:.places$}")),
            shades: vec![(0.0, 0.5)],
            bands: vec![Band { look: 0, low: vec![(0.0, 0.1)], high: vec![(0.0, f64::INFINITY)], strength: 0.2 }],
            bars: vec![Bar { look: 1, from: (0.0, 0.0), to: (0.2, 0.3) }],
            series: vec![Series {
                look: 0,
                points: vec![point(0.0, 0.1), point(1.0, 0.3)],
                joined: true,
                marked: true,
            }],
            references: vec![Reference::dashed((0.0, 0.2), (1.0, 0.2)), Reference::solid((0.0, 0.0), (1.0, 0.0))],
            labels: vec![Label { at: (0.5, 0.2), side: Side::Above, text: "level & more".into() }],
        };
        let svg = chart.draw().unwrap();
        let head = "<svg viewBox=\"0 0 380 200\" role=\"img\" aria-labelledby=\"c\" aria-describedby=\"c-says\"><title \
                    id=\"c\">a &lt; b &amp; &quot;c&quot;</title><desc id=\"c-says\">b is &lt;larger&gt;</desc>";
        assert!(svg.starts_with(head), "{svg}");
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polygon").count()), (2, 1));
        assert!(svg.contains("HR@10") && svg.contains("&lt;script&gt;") && !svg.contains("<script"));
        assert!(svg.contains("level &amp; more") && !svg.contains("://") && !svg.contains("style="));
        assert!(svg.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn without_names_a_chart_is_all_picture() {
        let chart = Chart { size: (100, 20), ..Chart::default() };
        assert!(!chart.draw().unwrap().contains("<text"));
    }

    #[test]
    fn names_are_cut_and_kept_to_themselves() {
        assert_eq!(short("cart", 10), "cart");
        assert_eq!(short("a long name", 6), "\u{2068}a lon…\u{2069}");
        assert_eq!(short("שלום", 10), "\u{2068}שלום\u{2069}");
        assert_eq!(short("a\u{1b}b", 10), "\u{2068}a\u{fffd}b\u{2069}");
    }
}
