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
/// Most bytes of a bincode section (manifest, tuning, policies, calibration).
pub const MAX_STRUCTURED: usize = 262_144;
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
    /// What this is: generator, currency, relations and their verdicts (bincode).
    Manifest = 1,
    /// Run-time constants chosen at training (bincode).
    Tuning = 2,
    /// Policies of the placements (bincode).
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
    /// From score to probability, a line a placement (bincode).
    Calibration = 14,
    /// One byte an item: the days between two purchases of it by one customer.
    Gap = 15,
    /// Products that the shop puts beside others.
    Pins = 16,
}

impl SectionKind {
    /// All kinds, in file order.
    pub const ALL: [Self; 16] = [
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
        }
    }

    /// Whether a bundle that is no addition must have it.
    pub fn needed(self) -> bool {
        matches!(self, Self::Manifest | Self::Tuning | Self::Policies | Self::Prior | Self::Stock | Self::Dictionary)
    }
}

/// Prior code of an item that was never bought.
pub const NO_PRIOR: u8 = 255;

/// Class flag: 25 % of the orders with this class hold two different items of it, so variety is wanted.
pub const CLASS_VARIED: u8 = 1;

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
