//! Cups, saucers, glasses, cups to go and canisters.

use super::kinds::*;
use super::{Family, Variant, colour, family, size};
use Kind::*;

const GLAZES: &[Variant] = &[
    colour("CRM", "oat"),
    colour("SGE", "sage"),
    colour("NVY", "ink"),
    colour("TER", "terracotta"),
    colour("OCH", "ochre"),
];
const FOUR: &[Variant] = &[colour("CRM", "oat"), colour("SGE", "sage"), colour("NVY", "ink"), colour("OCH", "ochre")];
const STREET: &[Variant] =
    &[colour("BLK", "black"), colour("SGE", "sage"), colour("ROS", "rose"), colour("BLU", "blue")];

pub(super) const FAMILIES: &[Family] = &[
    family(Cup, HOLLIN, "CUP-LINA-070", "Lina espresso cup, 70 ml", (890, 40), "lina-s", GLAZES),
    family(Cup, HOLLIN, "CUP-LINA-180", "Lina cappuccino cup, 180 ml", (1_190, 41), "lina-l", GLAZES),
    family(Cup, HOLLIN, "CUP-LINA-300", "Lina latte cup, 300 ml", (1_390, 41), "lina-l", GLAZES),
    family(Cup, HOLLIN, "CUP-FJORD", "Fjord tumbler, 200 ml", (1_290, 42), "", FOUR),
    family(Cup, HOLLIN, "CUP-MOOR", "Moor mug, 350 ml", (1_490, 42), "", FOUR),
    family(
        Cup,
        OTTAVELLO,
        "CUP-BAR",
        "bar espresso cup, thick-walled, 60 ml",
        (790, 45),
        "bar",
        &[colour("BLK", "black"), colour("WHT", "white"), colour("RED", "red")],
    ),
    family(Saucer, HOLLIN, "SAU-LINA-12", "Lina saucer, 12 cm", (590, 40), "lina-s", GLAZES),
    family(Saucer, HOLLIN, "SAU-LINA-15", "Lina saucer, 15 cm", (690, 40), "lina-l", GLAZES),
    family(
        Saucer,
        OTTAVELLO,
        "SAU-BAR",
        "bar saucer, 11 cm",
        (490, 45),
        "bar",
        &[colour("BLK", "black"), colour("WHT", "white"), colour("RED", "red")],
    ),
    family(Glass, GLASMOOR, "4059-0107", "double-wall espresso glasses, 80 ml, set of 2", (1_690, 46), "", &[]),
    family(Glass, GLASMOOR, "4059-0117", "double-wall latte glasses, 350 ml, set of 2", (2_290, 47), "", &[]),
    family(Glass, GLASMOOR, "4059-0124", "cortado glasses, 130 ml, set of 4", (1_890, 45), "", &[]),
    family(Glass, GLASMOOR, "4059-0131", "iced coffee glasses, 400 ml, set of 2", (1_790, 45), "", &[]),
    family(Glass, GLASMOOR, "4059-0140", "server carafe, 600 ml", (2_190, 48), "", &[]),
    family(Glass, GLASMOOR, "4059-0155", "water glasses, 90 ml, set of 6", (1_290, 44), "", &[]),
    family(TravelCup, POURWICK, "CUP-TOGO-350", "Stroll insulated cup, 350 ml", (2_490, 49), "", STREET),
    family(TravelCup, POURWICK, "CUP-TOGO-450", "Stroll insulated cup, 450 ml", (2_790, 49), "", STREET),
    family(
        Canister,
        GLASMOOR,
        "GLS-CAN",
        "vacuum canister, steel",
        (2_690, 50),
        "",
        &[size("500", "500 g", 1000, ""), size("1000", "1 kg", 1300, "")],
    ),
    family(
        Canister,
        HOLLIN,
        "HF-CAN",
        "stoneware canister with cork lid",
        (2_290, 47),
        "",
        &[colour("CRM", "oat"), colour("SGE", "sage"), colour("TER", "terracotta")],
    ),
];
