//! What the shop itself put beside a product.

/// One hand-made pair, borrowed from the file that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CuratedLine<'a> {
    /// The product whose page is open or that lies in the cart: a SKU, or the name that its variants share.
    pub product: &'a str,
    /// What stands beside it, named likewise.
    pub item: &'a str,
    /// The slot from 1, where the shop says; otherwise lines of a product stand in the order of the file.
    pub slot: Option<u16>,
    /// Where.
    pub place: CuratedPlace<'a>,
}

/// Where a hand-made pair is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CuratedPlace<'a> {
    /// Wherever complements are: cross-sells, accessories, "complementary products".
    Complements,
    /// Wherever similar products are: up-sells, "related products", alternatives.
    Similar,
    /// In the placement of this name.
    Placement(&'a str),
}

/// What a shop wants its hand-made pairs to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CuratedAs {
    /// An opinion to begin with, which shoppers overrule as evidence grows.
    #[default]
    Prior,
    /// Fixed: they stand in their slots whatever shoppers do.
    Pins,
}

impl CuratedAs {
    /// The word used in `endcap.toml` and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::Pins => "pins",
        }
    }
}
