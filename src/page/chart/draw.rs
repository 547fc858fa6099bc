//! How a chart is drawn.

use super::{Axis, Band, Bar, Chart, Label, Series, Side};
use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Lines to compare with; the style sheet dashes the first of them.
const DASHED: RGBColor = RGBColor(0x88, 0x88, 0x88);
const SOLID: RGBColor = RGBColor(0x99, 0x99, 0x99);
const SHADE: RGBColor = RGBColor(0xee, 0xee, 0xee);
/// Series colours; the first is endcap's, the last is that of letters.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x70, 0x70, 0x70),
    BLACK,
];
const FONT: (&str, u32) = ("sans-serif", 16);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
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
            let root = SVGBackend::with_string(&mut svg, self.size).into_drawing_area();
            self.draw_on(&root).map_err(|error| error.to_string())?;
            root.present().map_err(|error| error.to_string())?;
        }
        let body = svg.split_once('>').map_or("", |(_, body)| body);
        Ok(format!("{}{body}", self.head()))
    }

    fn head(&self) -> String {
        let (width, height) = self.size;
        let texts = [&self.id, &self.title, &self.description].map(|text| crate::page::clean(text));
        let [id, title, says] = texts.each_ref().map(|text| minijinja::HtmlEscape(text));
        let (describedby, description) = if self.description.is_empty() {
            (String::new(), String::new())
        } else {
            (format!(" aria-describedby=\"{id}-says\""), format!("<desc id=\"{id}-says\">{says}</desc>"))
        };
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}\"{describedby}><title \
             id=\"{id}\">{title}</title>{description}"
        )
    }

    fn draw_on(&self, root: &Area<'_>) -> Result<(), Failed> {
        let mut builder = ChartBuilder::on(root);
        builder.margin(6).margin_right(14 + self.right);
        let below = if self.x.ticks.is_empty() { 0 } else { 24 };
        builder.x_label_area_size(if self.x.label.is_empty() { below } else { 42 }).y_label_area_size(self.y.room);
        let mut chart =
            builder.build_cartesian_2d(self.x.clone(), self.y.clone()).map_err(|error| error.to_string())?;
        for (from, to) in &self.shades {
            rectangle(&mut chart, [(*from, self.y.from), (*to, self.y.to)], SHADE.filled())?;
        }
        self.mesh(&mut chart)?;
        self.bands.iter().try_for_each(|band| band.draw(&mut chart))?;
        self.bars.iter().try_for_each(|bar| bar.draw(&mut chart))?;
        for reference in &self.references {
            let colour = if reference.dashed { DASHED } else { SOLID };
            line(&mut chart, reference.ends.to_vec(), colour.stroke_width(1))?;
        }
        self.series.iter().try_for_each(|series| series.draw(&mut chart))?;
        self.labels.iter().try_for_each(|label| label.draw(&mut chart))
    }

    fn mesh(&self, chart: &mut Context<'_, '_>) -> Result<(), Failed> {
        let mut mesh = chart.configure_mesh();
        mesh.axis_style(GRID).bold_line_style(GRID).light_line_style(TRANSPARENT).label_style(FONT);
        mesh.x_desc(&self.x.label).y_desc(&self.y.label);
        if self.x.ticks.is_empty() && self.y.ticks.is_empty() {
            mesh.disable_axes();
        }
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
        if self.marked {
            self.points.iter().try_for_each(|point| mark(chart, self.look, point.at))?;
        }
        Ok(())
    }
}

impl Band {
    fn draw(&self, chart: &mut Context<'_, '_>) -> Result<(), Failed> {
        let around: Vec<(f64, f64)> = self.low.iter().chain(self.high.iter().rev()).copied().collect();
        let style = COLOURS[self.look % COLOURS.len()].mix(self.strength).filled();
        chart.draw_series([Polygon::new(around, style)]).map_err(|error| error.to_string())?;
        Ok(())
    }
}

impl Bar {
    fn draw(&self, chart: &mut Context<'_, '_>) -> Result<(), Failed> {
        rectangle(chart, [self.from, self.to], COLOURS[self.look % COLOURS.len()].filled())
    }
}

impl Label {
    fn draw(&self, chart: &mut Context<'_, '_>) -> Result<(), Failed> {
        let (at, h, v) = match self.side {
            Side::Left => ((-7, 0), HPos::Right, VPos::Center),
            Side::Right => ((7, 0), HPos::Left, VPos::Center),
            Side::Above => ((0, -4), HPos::Center, VPos::Bottom),
            Side::Below => ((0, 4), HPos::Center, VPos::Top),
            Side::AboveLeft => ((-2, -3), HPos::Right, VPos::Bottom),
            Side::AboveRight => ((2, -3), HPos::Left, VPos::Bottom),
        };
        let style = TextStyle::from(FONT).color(&BLACK).pos(Pos::new(h, v));
        let text = EmptyElement::at(self.at) + Text::new(self.text.clone(), at, style);
        chart.draw_series([text]).map_err(|error| error.to_string())?;
        Ok(())
    }
}

fn rectangle(chart: &mut Context<'_, '_>, corners: [(f64, f64); 2], style: ShapeStyle) -> Result<(), Failed> {
    chart.draw_series([Rectangle::new(corners, style)]).map_err(|error| error.to_string())?;
    Ok(())
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
