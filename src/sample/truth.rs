//! The structure that is planted in the orders: what a good model has to find.

use super::catalog::Kind;

/// How the complement is chosen among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

/// One planted complement: who wants `from` takes a `to` as well in so many of a thousand cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Complement {
    /// What is bought first.
    pub from: Kind,
    /// What goes with it.
    pub to: Kind,
    /// Of a thousand wishes for `from`, how many draw a `to`; two thirds of it where `from` is itself a companion.
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
        with(PumpMachine, Basket, 110, Fit),
        with(PumpMachine, Cup, 160, Any),
        with(BeanToCup, WaterFilter, 520, Fit),
        with(BeanToCup, Descaler, 400, Maker),
        with(BeanToCup, Tablets, 260, Any),
        with(BeanToCup, EspressoBeans, 420, Any),
        with(BeanToCup, Glass, 140, Any),
        with(BeanToCup, Cup, 130, Any),
        with(Grinder, Scale, 380, Band),
        with(Grinder, Brush, 180, Any),
        with(Grinder, EspressoBeans, 160, Any),
        with(HandGrinder, Scale, 240, Band),
        with(HandGrinder, FilterBeans, 300, Any),
        with(HandGrinder, Brush, 120, Any),
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
        with(FrenchPress, HandGrinder, 200, Band),
        with(FrenchPress, Canister, 130, Any),
        with(MokaPot, Gasket, 320, Fit),
        with(MokaPot, EspressoBeans, 440, Any),
        with(MokaPot, Cup, 160, Any),
        with(ColdBrewer, PaperFilter, 600, Fit),
        with(ColdBrewer, SeasonalBeans, 420, Fit),
        with(ColdBrewer, Glass, 220, Any),
        with(Kettle, Scale, 220, Band),
        with(Kettle, Dripper, 240, Band),
        with(Kettle, Tea, 160, Any),
        with(Scale, FilterBeans, 180, Any),
        with(Cup, Saucer, 620, Colour),
        with(Cup, Cup, 300, Colour),
        with(Glass, Syrup, 180, Any),
        with(TravelCup, Tea, 120, Any),
        with(TravelCup, FilterBeans, 220, Any),
        with(Jug, Tool, 220, Any),
        with(Jug, Syrup, 160, Any),
        with(Tamper, Tool, 280, Any),
        with(WaterFilter, Descaler, 340, Maker),
        with(WaterFilter, EspressoBeans, 260, Any),
        with(Descaler, Tablets, 340, Any),
        with(Tablets, Brush, 160, Any),
        with(Brush, Tablets, 260, Any),
        with(PaperFilter, FilterBeans, 480, Any),
        with(FilterBeans, PaperFilter, 130, Any),
        with(FilterBeans, Chocolate, 60, Any),
        with(EspressoBeans, Tablets, 50, Any),
        with(EspressoBeans, Syrup, 70, Any),
        with(Gasket, Basket, 320, Fit),
        with(Gasket, Brush, 220, Any),
        with(Canister, Tool, 180, Any),
        with(Canister, EspressoBeans, 320, Any),
        with(GiftSet, Chocolate, 300, Any),
        with(GiftSet, TravelCup, 110, Any),
        with(GiftSet, Tea, 140, Any),
        with(Tea, Chocolate, 140, Any),
        with(Syrup, Glass, 80, Any),
    ]
};
