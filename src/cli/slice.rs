//! `endcap slice`: a smaller bundle of the same model.

use super::failure::Failure;
use super::{bundle_file, output};
use crate::bundle::{Cut, Profile, RelationKind, slice};
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
        endcap slice model.endcap --profile small -o small.endcap"
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

#[derive(Clone, Copy, ValueEnum)]
enum ProfileName {
    /// All neighbours, as trained
    Standard,
    /// 8 neighbours an item (16 in `similar`), 3 bits a weight
    Small,
}

pub(super) fn run(args: SliceArgs) -> Result<(), Failure> {
    let bundle = bundle_file::open(&args.bundle)?;
    let cut = args.cut();
    if let Some(missing) =
        cut.relations.iter().find(|kind| !args.relations.is_empty() && bundle.relation(**kind).is_none())
    {
        let held: Vec<&str> =
            RelationKind::ALL.into_iter().filter(|k| bundle.relation(*k).is_some()).map(|k| k.name()).collect();
        eprintln!(
            "note: {} holds no `{}`; it has: {}",
            args.bundle.display(),
            missing.name(),
            if held.is_empty() { "no relation".to_string() } else { held.join(", ") }
        );
    }
    let bytes = slice(&bundle, &cut)?;
    output::write_file(&args.output, &bytes)?;
    let (after, before) = (output::grouped(bytes.len() as u64), output::grouped(bundle.bytes().len() as u64));
    eprintln!("wrote {}: {after} of {before} bytes", args.output.display());
    Ok(())
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
            profile: match self.profile {
                ProfileName::Standard => Profile::Standard,
                ProfileName::Small => Profile::Small,
            },
        }
    }
}
