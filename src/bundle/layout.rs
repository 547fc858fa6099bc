//! The constants of the format. FORMAT.md holds the same numbers in prose; a test compares the two.

/// First eight bytes of every bundle. The high bit and the line feed show up damage by text-mode transfers.
pub const MAGIC: [u8; 8] = [0x89, b'E', b'N', b'D', b'C', b'A', b'P', 0x0A];
/// The version this code writes, and the newest it reads.
pub const FORMAT_VERSION: u16 = 1;
/// Bytes of the fixed header.
pub const HEADER_BYTES: usize = 64;
/// Bytes of one entry of the section table.
pub const ENTRY_BYTES: usize = 32;
/// Bytes of a hash: BLAKE3, truncated.
pub const HASH_BYTES: usize = 16;
/// Bytes that one block hash covers.
pub const BLOCK_BYTES: usize = 65_536;
/// Most sections a bundle may have.
pub const MAX_SECTIONS: usize = 64;
/// Alignment of every section.
pub const ALIGN: usize = 8;
/// Most items a bundle may have.
pub const MAX_ITEMS: usize = 16_777_216;
/// Most bytes of a structured section (manifest, tuning, policies, calibration, terms).
pub const MAX_STRUCTURED: usize = 262_144;
/// Most bytes of the rules.
pub const MAX_RULES_BYTES: usize = 1_048_576;
/// Most bytes of what an edge bundle knows of the shop, and of the structured part of an overlay.
pub const MAX_PRIVATE_BYTES: usize = 4_194_304;
/// Most bytes of memory that a structured section may take while it is decoded.
pub const MAX_DECODED: usize = 8_388_608;
/// Longest SKU in bytes.
pub const MAX_SKU_BYTES: usize = 255;

/// Header flag: this bundle adds relations or cards to another of the same model, and has no items of its own.
pub const FLAG_ADDITION: u16 = 1;

/// Section flag: a reader that does not know the section must refuse the bundle.
pub const SECTION_REQUIRED: u32 = 1;

/// Version of every section's encoding in format version 1.
pub const SECTION_VERSION: u32 = 1;

/// Rows of a relation that share one offset.
pub const ROWS_PER_BLOCK: usize = 8;
/// Most neighbours a row may hold.
pub const MAX_DEGREE: usize = 255;
/// Bits of a row scale.
pub const SCALE_BITS: u32 = 8;
/// Largest Rice parameter of a row.
pub const MAX_RICE: u32 = 31;
/// Most bits of a row's sum of quotients.
pub const MAX_UNARY_BITS: u32 = 8;
/// Bytes of a relation section before its block offsets.
pub const RELATION_HEADER_BYTES: usize = 24;
/// Relation flag: every weight code is preceded by a sign bit.
pub const RELATION_SIGNED: u8 = 1;

/// SKUs that share one offset in the dictionary; the first of them is written whole.
pub const SKUS_PER_BLOCK: usize = 16;
/// Bytes of the dictionary section before its block offsets.
pub const DICTIONARY_HEADER_BYTES: usize = 16;

/// The sections of format version 1, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum SectionKind {
    /// What this is: generator, currency, relations and their verdicts.
    Manifest = 1,
    /// Run-time constants chosen at training.
    Tuning = 2,
    /// Policies of the placements.
    Policies = 3,
    /// One byte an item: the popularity prior.
    Prior = 4,
    /// One byte an item: the stock state.
    Stock = 5,
    /// The class (finest category) of each item.
    Class = 6,
    /// One byte a class: its flags.
    ClassFlags = 7,
    /// The variant group of each item; 0 is none.
    Group = 8,
    /// SKUs, and which item each names.
    Dictionary = 9,
    /// The `cart` relation.
    Cart = 10,
    /// The `bought_together` relation.
    BoughtTogether = 11,
    /// The `similar` relation.
    Similar = 12,
    /// Title, link, picture, price and cart id of each item.
    Cards = 13,
    /// From score to probability, a line a placement.
    Calibration = 14,
    /// One byte an item: the days between two purchases of it by one customer.
    Gap = 15,
    /// Products that the shop puts beside others.
    Pins = 16,
    /// What holds for the shop, and what policies are beyond section 3.
    Terms = 17,
    /// The price of each item.
    Price = 18,
    /// The brand of each item; 0 is none.
    Brand = 19,
    /// One byte an item: the class of what it is worth to the shop.
    Value = 20,
    /// The day on which each item was released.
    Released = 21,
    /// Where each item is hidden, whatever is asked.
    Hidden = 22,
    /// The rules, compiled.
    Rules = 23,
    /// Which items are in which sets of the rules.
    Sets = 24,
    /// What is bought with products of each class.
    ClassPairs = 25,
    /// Who is in which arm of which experiment.
    Experiments = 26,
    /// What only a server may know of the shop.
    Private = 32,
    /// What only a server may know of each item.
    Facts = 33,
}

/// The first number of a private section; every one from here on is dropped from what the public gets.
pub const FIRST_PRIVATE: u32 = 32;

impl SectionKind {
    /// All kinds, in file order.
    pub const ALL: [Self; 28] = [
        Self::Manifest,
        Self::Tuning,
        Self::Policies,
        Self::Prior,
        Self::Stock,
        Self::Class,
        Self::ClassFlags,
        Self::Group,
        Self::Dictionary,
        Self::Cart,
        Self::BoughtTogether,
        Self::Similar,
        Self::Cards,
        Self::Calibration,
        Self::Gap,
        Self::Pins,
        Self::Terms,
        Self::Price,
        Self::Brand,
        Self::Value,
        Self::Released,
        Self::Hidden,
        Self::Rules,
        Self::Sets,
        Self::ClassPairs,
        Self::Experiments,
        Self::Private,
        Self::Facts,
    ];

    /// The kind of a number in the section table, if this version knows it.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u32 == number)
    }

    /// The name that `inspect` and errors use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Tuning => "tuning",
            Self::Policies => "policies",
            Self::Prior => "prior",
            Self::Stock => "stock",
            Self::Class => "class",
            Self::ClassFlags => "class_flags",
            Self::Group => "group",
            Self::Dictionary => "dictionary",
            Self::Cart => "cart",
            Self::BoughtTogether => "bought_together",
            Self::Similar => "similar",
            Self::Cards => "cards",
            Self::Calibration => "calibration",
            Self::Gap => "gap",
            Self::Pins => "pins",
            Self::Terms => "terms",
            Self::Price => "price",
            Self::Brand => "brand",
            Self::Value => "value",
            Self::Released => "released",
            Self::Hidden => "hidden",
            Self::Rules => "rules",
            Self::Sets => "sets",
            Self::ClassPairs => "class_pairs",
            Self::Experiments => "experiments",
            Self::Private => "private",
            Self::Facts => "facts",
        }
    }

    /// Whether a bundle that is no addition must have it.
    pub fn needed(self) -> bool {
        matches!(self, Self::Manifest | Self::Tuning | Self::Policies | Self::Prior | Self::Stock | Self::Dictionary)
    }

    /// Whether a reader that does not know it must refuse the bundle, so that no shop's rules are passed over, and nobody who
    /// is held out is served.
    pub fn required(self) -> bool {
        self.needed() || matches!(self, Self::Terms | Self::Hidden | Self::Rules | Self::Sets | Self::Experiments)
    }

    /// Whether it may be in an edge bundle alone.
    pub fn is_private(self) -> bool {
        self as u32 >= FIRST_PRIVATE
    }
}

/// Prior code of an item that was never bought.
pub const NO_PRIOR: u8 = 255;

/// Class flag: 25 % of the orders with this class hold two different items of it, so variety is wanted.
pub const CLASS_VARIED: u8 = 1;
/// Class flag: never shown as a reason nor used as evidence.
pub const CLASS_SENSITIVE: u8 = 2;

/// Most knots of a placement's calibration.
pub const MAX_KNOTS: usize = 16;

/// Gap code of an item whose customers' return is not known.
pub const NO_GAP: u8 = 255;
/// Days of gap code 0, the longest gap.
pub const GAP_TOP_DAYS: u16 = 730;
/// Gap code of one day, the shortest gap.
pub const LAST_GAP: u8 = 152;

/// Bytes of a pin.
pub const PIN_BYTES: usize = 8;
/// Most pins a bundle may have.
pub const MAX_PINS: usize = 100_000;
/// Most pins of one product at one placement.
pub const MAX_PINS_A_PRODUCT: usize = 8;

/// Value code of an item whose worth to the shop is not known.
pub const NO_VALUE: u8 = 255;
/// Knots that part the value classes.
pub const VALUE_KNOTS: usize = 7;
/// All units, in ten-thousandths.
pub const WHOLE: u16 = 10_000;
/// Most experiments of a bundle, and most of which an overlay speaks.
pub const MAX_EXPERIMENTS: usize = 256;
/// Most arms of an experiment.
pub const MAX_ARMS: usize = 8;
/// Largest price that a bundle holds, in minor units.
pub const MAX_PRICE: i64 = 4_294_967_293;
/// Most items that are bought with products of a class.
pub const MAX_CLASS_PAIRS: usize = 16;
/// Longest name, word or value in rules and notes, in bytes.
pub const MAX_TEXT_BYTES: usize = 200;
/// Most keys of a segment, most values of one, and most sets or tests that must all hold.
pub const MAX_ALTERNATIVES: usize = 64;

/// First eight bytes of every overlay.
pub const OVERLAY_MAGIC: [u8; 8] = [0x89, b'E', b'N', b'D', b'O', b'V', b'L', 0x0A];
/// The version of overlays that this code writes, and the newest it reads.
pub const OVERLAY_VERSION: u16 = 1;
/// Bytes of an overlay's header.
pub const OVERLAY_HEADER_BYTES: usize = 96;
/// Overlay flag: it holds what only a server may know.
pub const OVERLAY_EDGE: u16 = 1;
/// Overlay flag: it says when it was made.
pub const OVERLAY_DATED: u16 = 2;
/// Overlay flag: it has rules, even if none.
pub const OVERLAY_RULES: u16 = 4;
/// Overlay flag: it changes experiments.
pub const OVERLAY_EXPERIMENTS: u16 = 8;
