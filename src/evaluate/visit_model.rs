//! The models of visits: which pairs of views say what, and how the catalog completes them.

use super::visits::as_sets;
use crate::bundle::layout::MAX_DEGREE;
use crate::shop::{ItemId, Product};
use crate::train::Visits;
use crate::train::attributes::{Attributes, COLD as COLD_BESIDE};
use crate::train::baselines::Baseline;
use crate::train::cold::{Fill, fill};
use crate::train::coview::CoView;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{Rows, Size, prune};
use crate::train::separate::substitutes;

/// Views that count at most, the last ones.
const LAST: usize = 10;
/// Neighbours that the catalog gives a row: more than any list shows, fewer than views may fill.
const FULL: usize = 16;

/// How pairs of views become weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VisitRelation {
    /// Distance-weighted co-view.
    CoView(CoView),
    /// A simple method on visits as sets.
    Simple(Baseline),
}

impl VisitRelation {
    fn fit(&self, visits: &Visits) -> Rows {
        match self {
            Self::CoView(settings) => settings.fit(visits),
            Self::Simple(baseline) => baseline.fit(&Pairs::count(&as_sets(visits), Support::NONE)),
        }
    }
}

/// A relation's settings, and how fast earlier views of a visit lose weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisitModel {
    /// The relation.
    pub relation: VisitRelation,
    /// Views after which a view's weight has fallen to 1/e.
    pub decay: f64,
    /// Whether co-views of what is no alternative count less.
    pub separated: bool,
    /// How loud the catalog is, where it says anything.
    pub fill: Option<Fill>,
}

impl Default for VisitModel {
    fn default() -> Self {
        Self { relation: VisitRelation::CoView(CoView::default()), decay: 2.0, separated: false, fill: None }
    }
}

/// What is known of the products beside their views.
#[derive(Clone, Copy)]
pub struct Catalog<'a> {
    /// The products, in item order.
    pub products: &'a [Product],
    /// What was bought together, where there are orders.
    pub pairs: Option<&'a Pairs>,
}

impl<'a> Catalog<'a> {
    /// What the catalog says beside `visits`, for rows of `size`.
    pub fn beside(self, visits: &Visits, size: Size) -> Beside<'a> {
        let mut views = vec![0u32; visits.n_items];
        visits.views.iter().for_each(|item| views[*item as usize] += 1);
        let bought = |item: usize| self.pairs.map_or(0, |pairs| pairs.count[item]);
        let seen: Vec<u32> = views.iter().enumerate().map(|(item, n)| n.saturating_add(bought(item))).collect();
        let attributes = Attributes::of(self.products, &seen);
        let alike = attributes.rows(size.row.min(FULL));
        let cold = (0..views.len() as u32).map(|item| attributes.is_cold(ItemId(item))).collect();
        Beside { attributes, pairs: self.pairs, views, cold, alike, size }
    }
}

/// The catalog's neighbours of products with so many views.
pub struct Beside<'a> {
    attributes: Attributes,
    pairs: Option<&'a Pairs>,
    views: Vec<u32>,
    /// Which items nobody bought or viewed.
    pub cold: Vec<bool>,
    alike: Rows,
    /// How much of the rows ships.
    pub size: Size,
}

impl Beside<'_> {
    /// Whether the catalog says anything.
    pub fn knows(&self) -> bool {
        self.alike.iter().any(|row| !row.is_empty())
    }

    /// The rows of `model`, pruned, not quantised.
    pub fn rows(&self, model: &VisitModel, visits: &Visits) -> Rows {
        // Cold neighbours stand beside the others.
        self.filled(model, visits, self.size.row.min(MAX_DEGREE - COLD_BESIDE))
    }

    /// The rows of `model` with all their weights.
    pub fn unpruned(&self, model: &VisitModel, visits: &Visits) -> Rows {
        self.filled(model, visits, usize::MAX)
    }

    fn filled(&self, model: &VisitModel, visits: &Visits, budget: usize) -> Rows {
        let mut rows = model.fit(visits);
        if model.separated {
            substitutes(&mut rows, |i, j| self.attributes.kinship(i, j), self.pairs);
        }
        prune(&mut rows, budget);
        if let Some(loud) = model.fill {
            fill(&mut rows, &self.alike, &self.views, &self.cold, loud, budget);
        }
        rows
    }
}

impl VisitModel {
    /// What ships where there are too few questions to choose by.
    pub fn untried(beside: &Beside<'_>) -> Self {
        let fill = Fill { mix: 0.1, cold: 0.1 };
        Self { separated: beside.knows(), fill: beside.knows().then_some(fill), ..Self::default() }
    }

    /// All weights, unpruned.
    pub fn fit(&self, visits: &Visits) -> Rows {
        self.relation.fit(visits)
    }

    /// Name and settings, as manifest and report show them.
    pub fn describe(&self) -> String {
        let name = match &self.relation {
            VisitRelation::CoView(settings) => settings.describe(),
            VisitRelation::Simple(baseline) => baseline.name().into(),
        };
        let separated = if self.separated { " separated" } else { "" };
        let fill = self.fill.map_or(String::new(), |Fill { mix, cold }| format!(" fill {mix} cold {cold}"));
        format!("{name} decay {}{separated}{fill}", self.decay)
    }

    /// The same model with one setting of its co-view changed.
    pub fn with(mut self, set: impl Fn(&mut CoView)) -> Self {
        if let VisitRelation::CoView(settings) = &mut self.relation {
            set(settings);
        }
        self
    }

    /// The same model with another voice of the catalog.
    pub fn filled(mut self, set: impl Fn(&mut Fill)) -> Self {
        self.fill.iter_mut().for_each(set);
        self
    }

    /// Weight of the last view, the one before it, ….
    pub fn fading(&self) -> Vec<f32> {
        (0..LAST).map(|age| libm::exp(-(age as f64) / self.decay) as f32).collect()
    }
}
