//! The structure that is planted in the orders: what a good model has to find.

use super::catalog::Kind;

/// How the complement is chosen among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// It must fit: same group head, same paper size.
    Fit,
    /// It must fit and have the same colour.
    Colour,
    /// The same price band, above all the same maker.
    Band,
    /// The same maker where there is one of that kind.
    Maker,
    /// Whatever sells.
    Any,
}

/// One planted complement: who buys `from` adds a `to` in so many of a thousand orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complement {
    /// What is bought first.
    pub from: Kind,
    /// What goes with it.
    pub to: Kind,
    /// Of a thousand orders that start with `from`, how many draw a `to`.
    pub permille: u32,
    /// Which one of its kind.
    pub by: Match,
}

const fn with(from: Kind, to: Kind, permille: u32, by: Match) -> Complement {
    Complement { from, to, permille, by }
}

/// The planted complements of the sample shop.
pub fn truth() -> &'static [Complement] {
    COMPLEMENTS
}

const COMPLEMENTS: &[Complement] = {
    use Kind::*;
    use Match::*;
    &[
        with(PumpMachine, Grinder, 420, Band),
        with(PumpMachine, Tamper, 300, Fit),
        with(PumpMachine, Jug, 260, Band),
        with(PumpMachine, Descaler, 300, Maker),
        with(PumpMachine, EspressoBeans, 380, Any),
        with(PumpMachine, Tablets, 180, Any),
        with(PumpMachine, Part, 110, Fit),
        with(PumpMachine, Gasket, 90, Fit),
        with(BeanToCup, WaterFilter, 520, Fit),
        with(BeanToCup, Descaler, 400, Maker),
        with(BeanToCup, Tablets, 260, Any),
        with(BeanToCup, EspressoBeans, 420, Any),
        with(BeanToCup, Glass, 120, Any),
        with(Grinder, Scale, 380, Band),
        with(Grinder, Brush, 180, Any),
        with(Grinder, EspressoBeans, 160, Any),
        with(HandGrinder, Scale, 240, Band),
        with(HandGrinder, FilterBeans, 200, Any),
        with(Dripper, PaperFilter, 720, Fit),
        with(Dripper, Kettle, 200, Band),
        with(Dripper, Scale, 160, Band),
        with(Dripper, FilterBeans, 280, Any),
        with(Dripper, HandGrinder, 120, Band),
        with(FlaskBrewer, PaperFilter, 720, Fit),
        with(FlaskBrewer, Kettle, 240, Band),
        with(FlaskBrewer, FilterBeans, 260, Any),
        with(FlaskBrewer, MetalFilter, 90, Fit),
        with(PressBrewer, PaperFilter, 560, Fit),
        with(PressBrewer, HandGrinder, 240, Band),
        with(PressBrewer, MetalFilter, 160, Fit),
        with(PressBrewer, FilterBeans, 220, Any),
        with(FrenchPress, Part, 180, Fit),
        with(FrenchPress, FilterBeans, 300, Any),
        with(FrenchPress, HandGrinder, 160, Band),
        with(MokaPot, Gasket, 320, Fit),
        with(MokaPot, EspressoBeans, 360, Any),
        with(ColdBrewer, PaperFilter, 600, Fit),
        with(ColdBrewer, SeasonalBeans, 420, Fit),
        with(ColdBrewer, Glass, 220, Any),
        with(Kettle, Scale, 160, Band),
        with(Cup, Saucer, 560, Colour),
        with(Jug, Tool, 160, Any),
        with(Tamper, Tool, 280, Any),
        with(Descaler, Tablets, 240, Any),
        with(Gasket, Basket, 320, Fit),
        with(Gasket, Brush, 220, Any),
        with(Canister, Tool, 120, Any),
        with(GiftSet, Chocolate, 260, Any),
        with(Syrup, Glass, 70, Any),
    ]
};
