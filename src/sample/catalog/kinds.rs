//! The kinds of product, their place in the category tree, and the invented brands.

macro_rules! kinds {
    ($($kind:ident $category:literal;)*) => {
        /// What a product is: decides its category, its picture and what is bought with it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = concat!("`", $category, "`.")] $kind,)*
        }

        impl Kind {
            /// All kinds, in shelf order.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The category, levels joined by ` > `.
            pub fn category(self) -> &'static str {
                match self {
                    $(Self::$kind => $category,)*
                }
            }
        }
    };
}

kinds! {
    PumpMachine "Machines > Espresso machines";
    BeanToCup "Machines > Bean-to-cup machines";
    Grinder "Grinders > Electric grinders";
    HandGrinder "Grinders > Hand grinders";
    FrenchPress "Brewers > French presses";
    Dripper "Brewers > Pour-over drippers";
    FlaskBrewer "Brewers > Flask brewers";
    PressBrewer "Brewers > Plunge brewers";
    MokaPot "Brewers > Moka pots";
    ColdBrewer "Brewers > Cold brew makers";
    PaperFilter "Filters > Paper filters";
    MetalFilter "Filters > Metal filters";
    EspressoBeans "Coffee > Espresso roast";
    FilterBeans "Coffee > Filter roast";
    DecafBeans "Coffee > Decaf";
    SeasonalBeans "Coffee > Seasonal";
    Cup "Cups & glasses > Cups";
    Saucer "Cups & glasses > Saucers";
    Glass "Cups & glasses > Glasses";
    TravelCup "Cups & glasses > To go";
    Descaler "Care > Descalers";
    Tablets "Care > Cleaners";
    Brush "Care > Brushes & cloths";
    WaterFilter "Care > Water filters";
    Gasket "Spare parts > Gaskets & seals";
    Basket "Spare parts > Baskets & screens";
    Part "Spare parts > Parts";
    Kettle "Kettles & scales > Kettles";
    Scale "Kettles & scales > Scales";
    Tamper "Barista tools > Tampers";
    Tool "Barista tools > Small tools";
    Jug "Barista tools > Milk jugs";
    Canister "Storage > Canisters";
    Tea "Pantry > Tea";
    Chocolate "Pantry > Chocolate";
    Syrup "Pantry > Syrups";
    GiftSet "Gifts > Gift sets";
}

impl Kind {
    /// True for coffee.
    pub fn is_beans(self) -> bool {
        matches!(self, Self::EspressoBeans | Self::FilterBeans | Self::DecafBeans | Self::SeasonalBeans)
    }

    /// True for kinds of which a basket often holds two different products.
    pub fn is_varied(self) -> bool {
        self.is_beans() || matches!(self, Self::Tea | Self::Chocolate | Self::Syrup)
    }
}

/// An invented maker: its name and the colour of its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sample) struct Brand {
    /// As the shop writes it.
    pub(in crate::sample) name: &'static str,
    /// `#rrggbb`.
    pub(in crate::sample) colour: &'static str,
}

macro_rules! brands {
    ($($id:ident $name:literal $colour:literal;)*) => {
        $(pub(super) const $id: Brand = Brand { name: $name, colour: $colour };)*
        /// Every brand of the shop.
        #[cfg(test)]
        pub(super) const BRANDS: &[Brand] = &[$($id),*];
    };
}

brands! {
    OTTAVELLO "Ottavello" "#8c2f39";
    BRUNNHARDT "Brunnhardt" "#33475b";
    LUMETTI "Lumetti" "#c8553d";
    TORREVIO "Torrevio" "#4f5d2f";
    BURRHOLM "Burrholm" "#5b4a3f";
    POURWICK "Pourwick" "#3f7d78";
    GLASMOOR "Glasmoor" "#5f8fb0";
    HOLLIN "Hollin & Fern" "#7d8f69";
    TAMPERO "Tampero" "#3d3a4b";
    GRAMMET "Grammet" "#46505a";
    CLEARBORE "Clearbore" "#2d7fb8";
    WRENFIELD "Wrenfield" "#a3542f";
    CINDERBAY "Cinderbay" "#34302e";
    LANTERNSIDE "Lanternside" "#d08c2d";
    LEAFMARROW "Leafmarrow" "#5d7f4a";
    BITTERSBY "Bittersby" "#5a3425";
    SIROPINE "Siropine" "#b5487a";
}
