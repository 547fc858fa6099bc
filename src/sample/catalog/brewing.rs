//! Machines, grinders, brewers, filters, kettles, scales and barista tools.

use super::kinds::*;
use super::{Family, Variant, colour, family, size};
use Kind::*;

const METAL: &[Variant] = &[colour("STL", "stainless steel"), colour("BLK", "matt black"), colour("WHT", "white")];
const LIVELY: &[Variant] = &[colour("BLK", "black"), colour("CRM", "cream"), colour("RED", "red")];
const CALM: &[Variant] = &[colour("BLK", "matt black"), colour("CRM", "cream"), colour("SGE", "sage green")];
const PLAIN: &[Variant] = &[colour("BLK", "black"), colour("STL", "stainless steel")];
const MONO: &[Variant] = &[colour("BLK", "black"), colour("WHT", "white")];
const PACKS: &[Variant] = &[
    size("100W", "100 pieces, white", 1000, ""),
    size("100N", "100 pieces, natural brown", 1000, ""),
    size("40W", "40 pieces, white", 520, ""),
];

pub(super) const FAMILIES: &[Family] = &[
    family(PumpMachine, OTTAVELLO, "OTV-ARIA", "Aria espresso machine, 58 mm", (64_900, 66), "head-58o", METAL),
    family(PumpMachine, OTTAVELLO, "OTV-SORELLA", "Sorella dual-boiler espresso machine", (154_900, 68), "head-58o", METAL),
    family(PumpMachine, OTTAVELLO, "OTV-NOTTE", "Notte lever espresso machine", (219_000, 70), "head-58o", PLAIN),
    family(PumpMachine, BRUNNHARDT, "BRH-B1", "B1 Compact espresso machine", (38_900, 68), "head-57b", MONO),
    family(PumpMachine, BRUNNHARDT, "BRH-B3", "B3 PID espresso machine", (79_900, 67), "head-57b", PLAIN),
    family(PumpMachine, BRUNNHARDT, "BRH-B5", "B5 dual-boiler espresso machine", (129_000, 69), "head-57b", PLAIN),
    family(PumpMachine, LUMETTI, "LUM-PICCOLA", "Piccola espresso machine, 51 mm", (14_900, 72), "head-51l", LIVELY),
    family(PumpMachine, LUMETTI, "LUM-VIVACE", "Vivace espresso machine, 51 mm", (21_900, 71), "head-51l", LIVELY),
    family(PumpMachine, TORREVIO, "TOR-UNO", "Uno espresso machine, 54 mm", (44_900, 67), "head-54t", CALM),
    family(PumpMachine, TORREVIO, "TOR-DUE", "Due espresso machine with grinder, 54 mm", (64_900, 68), "head-54t", CALM),
    family(BeanToCup, BRUNNHARDT, "BRH-AUTO-200", "Auto 200 bean-to-cup machine", (49_900, 71), "auto-b", MONO),
    family(BeanToCup, BRUNNHARDT, "BRH-AUTO-400", "Auto 400 bean-to-cup machine with milk carafe", (74_900, 70), "auto-b", PLAIN),
    family(BeanToCup, TORREVIO, "TOR-BARISTA", "Barista bean-to-cup machine", (64_900, 70), "auto-t", CALM),
    family(BeanToCup, LUMETTI, "LUM-AUTO", "Automatica bean-to-cup machine", (39_900, 72), "auto-l", LIVELY),
    family(Grinder, BURRHOLM, "BUR-CONIC-40", "Conic 40 coffee grinder", (12_900, 64), "burr-c", LIVELY),
    family(Grinder, BURRHOLM, "BUR-FLAT-54", "Flat 54 espresso grinder", (23_900, 65), "burr-f", MONO),
    family(Grinder, BURRHOLM, "BUR-FLAT-64", "Flat 64 single-dose grinder", (44_900, 66), "burr-f", MONO),
    family(Grinder, BRUNNHARDT, "BRH-M2", "M2 coffee grinder", (18_900, 67), "burr-m", PLAIN),
    family(Grinder, BRUNNHARDT, "BRH-M4", "M4 espresso grinder with timer", (32_900, 67), "burr-m", PLAIN),
    family(Grinder, TORREVIO, "TOR-MACINA", "Macina espresso grinder", (27_900, 66), "", CALM),
    family(Grinder, OTTAVELLO, "OTV-RONDO", "Rondo on-demand grinder", (59_900, 68), "", METAL),
    family(Grinder, LUMETTI, "LUM-TRITA", "Trita coffee grinder", (8_900, 70), "", CALM),
    family(HandGrinder, BURRHOLM, "BUR-HANDY-38", "Handy 38 hand grinder", (7_900, 60), "", PLAIN),
    family(HandGrinder, BURRHOLM, "BUR-HANDY-48", "Handy 48 hand grinder", (14_900, 61), "", PLAIN),
    family(HandGrinder, POURWICK, "PW-TRAIL", "Trail hand grinder, 20 g", (5_900, 58), "", &[]),
    family(HandGrinder, POURWICK, "PW-FIELD", "Field hand grinder, 30 g", (10_900, 59), "", MONO),
    family(HandGrinder, LUMETTI, "LUM-MANUALE", "Manuale hand grinder", (3_900, 62), "", &[]),
    family(HandGrinder, GLASMOOR, "GLS-BOXMILL", "Box mill in beech", (4_900, 55), "", &[]),
    family(HandGrinder, TAMPERO, "TMP-H5", "H5 titanium hand grinder", (16_900, 63), "", &[]),
    family(FrenchPress, POURWICK, "PW-HARBOUR", "Harbour French press", (2_490, 52), "", &[
        size("1000", "1 l", 1400, "mesh-1000"),
        size("350", "350 ml", 1000, "mesh-350"),
        size("600", "600 ml", 1200, "mesh-600"),
    ]),
    family(FrenchPress, GLASMOOR, "GLS-KLARA", "Klara glass French press", (3_400, 54), "", &[
        size("1000", "1 l", 1300, "mesh-1000"),
        size("350", "350 ml", 1000, "mesh-350"),
    ]),
    family(FrenchPress, HOLLIN, "HF-PRESS", "stoneware French press, 1 l", (5_400, 50), "mesh-1000", &[
        colour("SGE", "sage"), colour("OCH", "ochre"), colour("CRM", "oat"),
    ]),
    family(FrenchPress, LUMETTI, "LUM-PRESSO", "Presso double-wall French press, 1 l", (4_400, 56), "mesh-1000", PLAIN),
    family(Dripper, POURWICK, "PW-CONE", "Cone dripper, porcelain", (1_690, 45), "", &[
        size("02", "size 02", 1100, "paper-02"), size("01", "size 01", 1000, "paper-01"),
    ]),
    family(Dripper, HOLLIN, "HF-DRIP-02", "stoneware dripper, size 02", (2_690, 48), "paper-02", &[
        colour("SGE", "sage"), colour("TER", "terracotta"), colour("CRM", "oat"), colour("NVY", "ink"),
    ]),
    family(Dripper, GLASMOOR, "GLS-DRIP", "glass dripper with wooden collar", (2_290, 47), "", &[
        size("02", "size 02", 1100, "paper-02"), size("01", "size 01", 1000, "paper-01"),
    ]),
    family(Dripper, POURWICK, "PW-TRAVELDRIP", "folding steel dripper, size 02", (1_490, 46), "paper-02", &[]),
    family(Dripper, POURWICK, "PW-FLATBED", "Flatbed dripper", (2_890, 49), "", &[
        size("185", "size 185", 1100, "paper-185"), size("155", "size 155", 1000, "paper-155"),
        size("TWO", "second edition, size 185", 1300, "paper-185"),
    ]),
    family(Dripper, LUMETTI, "LUM-DRIP-04", "filter holder, size 1x4", (890, 48), "paper-04", MONO),
    family(FlaskBrewer, GLASMOOR, "GLS-FLASK", "Flask brewer with wooden collar", (3_990, 50), "flask-6", &[
        size("6", "6 cups", 1150, ""), size("3", "3 cups", 1000, "flask-3"), size("8", "8 cups", 1350, ""),
    ]),
    family(FlaskBrewer, GLASMOOR, "GLS-HANDLE", "Flask brewer with glass handle, 6 cups", (4_790, 51), "flask-6", &[]),
    family(PressBrewer, TAMPERO, "TMP-PLUNGE", "Plunge brewer", (3_490, 52), "disc", &[
        size("STD", "250 ml", 1000, ""), size("XL", "600 ml", 1900, "disc-xl"),
    ]),
    family(PressBrewer, POURWICK, "PW-GOPRESS", "Go press travel brewer", (3_190, 53), "disc", MONO),
    family(MokaPot, LUMETTI, "LUM-CLASSICA", "Classica moka pot", (1_990, 54), "", &[
        size("4", "4 cups", 1250, "moka-4"), size("2", "2 cups", 1000, "moka-2"), size("6", "6 cups", 1500, "moka-6"),
    ]),
    family(MokaPot, LUMETTI, "LUM-INDUZIONE", "Induzione moka pot for induction", (3_490, 55), "", &[
        size("4", "4 cups", 1000, "moka-4"), size("6", "6 cups", 1200, "moka-6"),
    ]),
    family(MokaPot, TORREVIO, "TOR-FIAMMA", "Fiamma moka pot", (2_890, 55), "", &[
        size("4", "4 cups", 1000, "moka-4"), size("6", "6 cups", 1250, "moka-6"),
    ]),
    family(ColdBrewer, GLASMOOR, "GLS-COLD", "cold brew carafe", (2_690, 49), "cold", &[
        size("1000", "1 l", 1000, ""), size("1500", "1.5 l", 1250, ""),
    ]),
    family(ColdBrewer, POURWICK, "PW-COLDJAR", "cold brew jar with tap, 3 l", (4_490, 52), "cold", &[]),
    family(ColdBrewer, POURWICK, "PW-TOWER", "cold drip tower", (18_900, 58), "cold", &[]),
    family(PaperFilter, POURWICK, "FP-01", "Cone paper filters 01", (590, 38), "paper-01", PACKS),
    family(PaperFilter, POURWICK, "FP-02", "Cone paper filters 02", (650, 38), "paper-02", PACKS),
    family(PaperFilter, LUMETTI, "FP-04", "filter papers 1x4", (290, 45), "paper-04", PACKS),
    family(PaperFilter, HOLLIN, "FP-02H", "hemp paper filters 02, 60 pieces", (790, 42), "paper-02", &[]),
    family(PaperFilter, POURWICK, "FP-185", "Flatbed wave papers 185", (990, 39), "paper-185", &[
        size("100", "100 pieces", 1000, ""), size("50", "50 pieces", 600, ""),
    ]),
    family(PaperFilter, POURWICK, "FP-155", "Flatbed wave papers 155", (890, 39), "paper-155", &[
        size("100", "100 pieces", 1000, ""), size("50", "50 pieces", 600, ""),
    ]),
    family(PaperFilter, GLASMOOR, "FP-FL6", "Flask filter squares, 6 and 8 cups", (1_190, 40), "flask-6", &[
        size("100W", "100 pieces, white", 1000, ""), size("100N", "100 pieces, natural brown", 1000, ""),
    ]),
    family(PaperFilter, GLASMOOR, "FP-FL3", "Flask filter half moons, 3 cups, 100 pieces", (1_090, 40), "flask-3", &[]),
    family(PaperFilter, TAMPERO, "FP-DISC", "Plunge disc papers", (690, 36), "disc", &[
        size("350", "350 pieces", 1000, ""), size("100", "100 pieces", 480, ""),
    ]),
    family(PaperFilter, TAMPERO, "FP-DISCXL", "Plunge disc papers XL, 200 pieces", (890, 37), "disc-xl", &[]),
    family(PaperFilter, POURWICK, "FP-COLD", "cold brew bags", (990, 41), "cold", &[
        size("30", "30 pieces", 1000, ""), size("10", "10 pieces", 480, ""),
    ]),
    family(MetalFilter, POURWICK, "FM-02", "steel cone filter 02", (2_190, 46), "paper-02", &[]),
    family(MetalFilter, TAMPERO, "FM-DISC", "steel disc filter for plunge brewers", (1_190, 44), "disc", &[]),
    family(MetalFilter, GLASMOOR, "FM-FLASK", "steel flask filter, 6 and 8 cups", (2_990, 47), "flask-6", &[]),
    family(Kettle, POURWICK, "PW-SWAN", "Swan gooseneck kettle, 1 l", (4_990, 55), "", PLAIN),
    family(Kettle, POURWICK, "PW-SWAN-E", "Swan electric gooseneck kettle, 0.8 l", (11_900, 58), "", CALM),
    family(Kettle, BRUNNHARDT, "BRH-K1", "K1 kettle with temperature dial, 1 l", (8_900, 60), "", MONO),
    family(Kettle, LUMETTI, "LUM-BOLLO", "Bollo whistling kettle, 1.6 l", (3_490, 57), "", LIVELY),
    family(Scale, GRAMMET, "GRM-POCKET", "Pocket scale, 0.1 g", (2_490, 52), "", &[]),
    family(Scale, GRAMMET, "GRM-BREW", "Brew scale with timer", (4_490, 53), "", MONO),
    family(Scale, GRAMMET, "GRM-ESP", "Espresso scale mini, waterproof", (6_490, 55), "", &[]),
    family(Scale, GRAMMET, "GRM-PRO", "Pro scale with app and flow rate", (14_900, 58), "", &[]),
    family(Scale, GRAMMET, "GRM-DUO", "Duo twin scale for dripper and carafe", (11_900, 57), "", &[]),
    family(Scale, POURWICK, "PW-EVEN", "Even brewing scale", (3_490, 54), "", MONO),
    family(Tamper, TAMPERO, "TMP-BASE", "Base tamper", (2_890, 48), "", &[
        size("58", "58 mm", 1000, "head-58o"), size("57", "57 mm", 1000, "head-57b"),
        size("54", "54 mm", 1000, "head-54t"), size("51", "51 mm", 1000, "head-51l"),
    ]),
    family(Tamper, TAMPERO, "TMP-LEVEL", "Level self-levelling tamper", (5_490, 51), "", &[
        size("58", "58 mm", 1000, "head-58o"), size("57", "57 mm", 1000, "head-57b"),
        size("54", "54 mm", 1000, "head-54t"), size("51", "51 mm", 1000, "head-51l"),
    ]),
    family(Tool, TAMPERO, "TMP-NEEDLE", "needle distribution tool", (1_690, 40), "", &[]),
    family(Tool, TAMPERO, "TMP-MAT", "tamping mat, silicone", (1_490, 42), "", &[]),
    family(Tool, TAMPERO, "TMP-CUP", "dosing cup, steel", (1_990, 44), "", &[]),
    family(Tool, TAMPERO, "TMP-KNOCK", "knock box", (2_690, 47), "", &[size("S", "small", 1000, ""), size("L", "large", 1500, "")]),
    family(Tool, HOLLIN, "HF-SCOOP", "coffee scoop in olive wood", (1_290, 45), "", &[]),
    family(Tool, BRUNNHARDT, "BRH-FROTH", "milk frother, electric", (5_900, 60), "", MONO),
    family(Tool, GRAMMET, "GRM-THERMO", "milk thermometer", (1_490, 46), "", &[]),
    family(Jug, TAMPERO, "TMP-JUG", "milk jug with sharp spout", (1_990, 46), "", &[
        size("350", "350 ml", 1000, ""), size("600", "600 ml", 1250, ""),
    ]),
    family(Jug, OTTAVELLO, "OTV-LATTIERA", "Lattiera milk jug, 450 ml", (2_690, 49), "", PLAIN),
    family(Jug, LUMETTI, "LUM-BRICCO", "Bricco milk jug, 300 ml", (1_290, 52), "", &[]),
];
