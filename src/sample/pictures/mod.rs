//! Drawn pictures: one flat drawing a kind, coloured by variant and maker.
//!
//! Plain shapes on a tinted ground, 240 × 240, light from the upper left: one colour for the body (`$b`), one for the
//! label (`$l`), and transparent black and white over both for shade and light. No script, no reference to anything
//! outside, a `<title>` for those who do not see it.

mod shapes;

use super::catalog::{Item, Kind};
use super::dice::trait_of;

/// The picture of a product as SVG, below 1.5 KB.
pub(super) fn draw(item: &Item) -> String {
    let title = escape(item.product.title.as_deref().unwrap_or(&item.product.sku));
    let drawing = shapes::of(item.kind, item.stem);
    let shape = if is_small(item) { format!("{SMALLER}{drawing}</g>") } else { drawing.to_owned() };
    let shape = shape.replace("$b", body(item)).replace("$l", item.brand.colour).replace("$t", &label(item));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 240\" role=\"img\"><title>{title}</title>\
         <path fill=\"{ground}\" d=\"M0 0h240v240H0z\"/>\
         <circle cx=\"120\" cy=\"114\" r=\"92\" fill=\"#fff\" opacity=\".42\"/>\
         <ellipse cx=\"120\" cy=\"208\" rx=\"70\" ry=\"7\" opacity=\".13\"/>{shape}</svg>\n",
        ground = ground(item.kind)
    )
}

/// Shrinks a drawing towards the ground it stands on.
const SMALLER: &str = "<g transform=\"translate(19 33)scale(.84)\">";

/// True for the smaller of two sizes of one product.
fn is_small(item: &Item) -> bool {
    matches!(item.code, "250" | "350" | "01" | "155" | "3" | "2" | "S" | "40W" | "10" | "50" | "STD" | "500" | "60")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The tint behind a product, by department.
fn ground(kind: Kind) -> &'static str {
    match kind.category().split(" > ").next() {
        Some("Machines") => "#e6dfd4",
        Some("Grinders") => "#dfe0d6",
        Some("Brewers") => "#d9e5e1",
        Some("Filters") => "#efe6d5",
        Some("Coffee") => "#efdcc8",
        Some("Cups & glasses") => "#e6dfe4",
        Some("Care") => "#d8e6ee",
        Some("Spare parts") => "#dfe1e6",
        Some("Kettles & scales") => "#e0dfea",
        Some("Pantry") => "#e6ead3",
        Some("Gifts") => "#f1d8d4",
        _ => "#eadfd2",
    }
}

/// The colour of the thing itself: the variant's, or one of its kind.
fn body(item: &Item) -> &'static str {
    let any = |colours: &[&'static str]| colours[trait_of(item.stem) as usize % colours.len()];
    match item.code {
        "BLK" => "#2f3034",
        "WHT" => "#f7f4ee",
        "STL" => "#b4bac0",
        "RED" => "#b23a33",
        "CRM" => "#ead9b9",
        "SGE" => "#93a78f",
        "BLU" => "#3f6587",
        "TER" => "#c4714f",
        "OCH" => "#d6a044",
        "ROS" => "#d9a6a0",
        "NVY" => "#2b3d55",
        code if code.ends_with('N') && item.kind == Kind::PaperFilter => "#c9a77a",
        _ => match item.kind {
            Kind::EspressoBeans => any(&["#3a2b26", "#54352a", "#2f3a3d", "#6b2e2a", "#1f2a36"]),
            Kind::FilterBeans => any(&["#e3c9a0", "#b9c7b0", "#d9b8a8", "#a9c0c9", "#e0d3b8"]),
            Kind::DecafBeans => any(&["#9fb8b3", "#b7aec6", "#c7bfa8"]),
            Kind::SeasonalBeans if item.product.season.as_deref() == Some("summer") => any(&["#e9b44c", "#e08a5b"]),
            Kind::SeasonalBeans => any(&["#7b2c33", "#23443d", "#5a2f45"]),
            Kind::PaperFilter => "#fbf8f1",
            Kind::Tea => any(&["#d8c9a0", "#9fb58a", "#c9a0a0", "#a8b9c4"]),
            Kind::Chocolate => any(&["#4a2a1e", "#6b3d28", "#2f211c", "#8a5a3c"]),
            Kind::Syrup => any(&["#c98a3a", "#a85a2a", "#d8b04a", "#8a4a2a", "#b8433f", "#93a04a"]),
            Kind::GiftSet => any(&["#a8483f", "#3f6b5f", "#c9953f", "#51476b"]),
            Kind::Canister => "#aeb5ba",
            Kind::HandGrinder => any(&["#35363a", "#7a5a3f", "#55605a", "#8a8f94"]),
            Kind::Dripper => any(&["#dccfb8", "#b9bfc4", "#c9d3d0"]),
            Kind::Jug => any(&["#b4bbc1", "#c2c8cc"]),
            Kind::MokaPot => any(&["#aab0b5", "#8d9499", "#b9bfc4"]),
            _ => "#9aa1a7",
        },
    }
}

/// A word or two for a bag, box or bottle: `Kenya Nyeri`, `Yirgacheffe`, `Nocturne`.
fn label(item: &Item) -> String {
    let title = item.product.title.as_deref().unwrap_or_default();
    let name = title.strip_prefix(item.brand.name).unwrap_or(title);
    let mut words = name.split([',', ' ', '-']).filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let proper = second.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let roast = matches!(second, "Espresso" | "Natural");
    let text = match first.len() + second.len() {
        ..=11 if proper => format!("{first} {second}"),
        _ if proper && !roast && second.len() <= 11 => second.to_owned(),
        _ => first.to_owned(),
    };
    let mut letters = text.chars();
    let capital = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    escape(&(capital + letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::catalog::Catalog;
    use super::*;

    fn label_of(sku: &str) -> String {
        label(Catalog::build().items.iter().find(|item| item.product.sku == sku).unwrap())
    }

    #[test]
    fn labels_are_short_and_say_what_it_is() {
        let skus = ["BN-ETH-YIR-250", "BN-KEN-NYE-250", "BN-ADVENT-1KG", "BN-NO9-250", "SIR-VANILLA", "CH-BEANS"];
        let labels = ["Yirgacheffe", "Kenya Nyeri", "Advent", "No. 9", "Vanilla", "Chocolate"];
        assert_eq!(skus.map(label_of), labels);
    }

    #[test]
    fn every_colour_of_a_cup_looks_different() {
        let catalog = Catalog::build();
        let cups: Vec<String> = catalog.items.iter().filter(|item| item.stem == "CUP-LINA-070").map(draw).collect();
        let drawn = |svg: &String| svg.split("</title>").nth(1).map(str::to_owned);
        let unlike: std::collections::BTreeSet<_> = cups.iter().map(drawn).collect();
        assert_eq!(unlike.len(), cups.len());
    }
}
