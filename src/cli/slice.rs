//! `endcap slice`: a smaller bundle of the same model.

use super::failure::Failure;
use super::profile::ProfileName;
use super::{bundle_file, output};
use crate::bundle::{Audience, Bundle, Cut, RelationKind, slice};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The arguments of `endcap slice`.
#[derive(Args)]
#[command(
    about = "Cut a smaller bundle of the same model",
    after_help = "Examples:\n  \
        endcap slice model.endcap --relations cart -o cart.endcap\n  \
        endcap slice model.endcap --relations bought_together,similar --addition -o rest.endcap\n  \
        endcap slice model.endcap --relations cards --addition -o cards.endcap\n  \
        endcap slice model.endcap --profile small -o small.endcap\n  \
        endcap slice edge.endcap -o public.endcap"
)]
pub(super) struct SliceArgs {
    /// The bundle to cut from
    bundle: PathBuf,
    /// What to keep besides the items; all relations and no cards unless given
    #[arg(long, value_delimiter = ',', value_enum)]
    relations: Vec<Part>,
    /// Leave the items out: the slice can only be added to another one of the same model
    #[arg(long)]
    addition: bool,
    /// How much of each relation to keep
    #[arg(long, value_enum, default_value = "standard")]
    profile: ProfileName,
    /// Whom the slice is for
    #[arg(long, value_enum, default_value = "public")]
    audience: AudienceName,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    #[value(name = "cart")]
    Cart,
    #[value(name = "bought_together")]
    BoughtTogether,
    #[value(name = "similar")]
    Similar,
    /// Title, link, picture, price and cart id
    #[value(name = "cards")]
    Cards,
    /// No relation at all
    #[value(name = "none")]
    None,
}

/// Whom a slice is for, by its name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AudienceName {
    /// Everybody: no costs, margins or counts, no words of rules
    Public,
    /// The shop's own servers; only from a bundle that was trained for them
    Edge,
}

impl From<AudienceName> for Audience {
    fn from(name: AudienceName) -> Self {
        match name {
            AudienceName::Public => Self::Public,
            AudienceName::Edge => Self::Edge,
        }
    }
}

pub(super) fn run(args: SliceArgs) -> Result<(), Failure> {
    let bundle = bundle_file::open(&args.bundle)?;
    let cut = args.cut();
    if !args.relations.is_empty() {
        note_missing(&args, &bundle, &cut);
    }
    let bytes = slice(&bundle, &cut)?;
    output::write_file(&args.output, &bytes)?;
    let (after, before) = (output::grouped(bytes.len() as u64), output::grouped(bundle.bytes().len() as u64));
    eprintln!("wrote {}: {after} of {before} bytes", args.output.display());
    Ok(())
}

/// Says what was asked for and is not there: a shop without visits has no `similar`, one without a catalog no cards.
fn note_missing(args: &SliceArgs, bundle: &Bundle<Vec<u8>>, cut: &Cut) {
    let relations = cut.relations.iter().filter(|kind| bundle.relation(**kind).is_none()).map(|kind| kind.name());
    let cards = (cut.cards && !bundle.has_cards()).then_some("cards");
    let missing: Vec<&str> = relations.chain(cards).collect();
    if !missing.is_empty() {
        eprintln!("note: {} holds no {}; the slice does without", args.bundle.display(), missing.join(", no "));
    }
}

impl SliceArgs {
    fn cut(&self) -> Cut {
        let wanted = |kind| match kind {
            RelationKind::Cart => self.relations.contains(&Part::Cart),
            RelationKind::BoughtTogether => self.relations.contains(&Part::BoughtTogether),
            RelationKind::Similar => self.relations.contains(&Part::Similar),
        };
        let all = self.relations.is_empty();
        Cut {
            relations: RelationKind::ALL.into_iter().filter(|kind| all || wanted(*kind)).collect(),
            cards: self.relations.contains(&Part::Cards),
            addition: self.addition,
            profile: self.profile.into(),
            audience: self.audience.into(),
        }
    }
}
