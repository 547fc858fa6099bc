//! Several blocks of one page: no product twice, and no more live blocks than the shop wants.

use super::recommender::{Answer, Recommender, Silence};
use super::request::Request;

/// A page in the making. Blocks are asked in the order of their importance: what one shows the next ones leave out.
pub struct Page<'a, D> {
    recommender: &'a mut Recommender<D>,
}

impl<D: AsRef<[u8]>> Recommender<D> {
    /// Starts a page.
    pub fn page(&mut self) -> Page<'_, D> {
        self.start_page();
        Page { recommender: self }
    }

    /// Forgets what other blocks show: what [`block`](Self::block) is asked next is the first of a page.
    pub fn start_page(&mut self) {
        self.on_page.clear();
        self.live_blocks = 0;
    }

    /// Answers the next block of a page, for callers that cannot hold a [`Page`]; `None` as
    /// [`recommend`](Self::recommend).
    pub fn block(&mut self, request: &Request<'_>) -> Option<Answer<'_>> {
        let most = usize::from(self.live.terms().max_live_placements);
        let full = most > 0 && self.live_blocks >= most;
        let enabled = self.live.policies().get(self.placement(request.placement)?)?.enabled;
        if full && enabled {
            let told = self.silent(request, Silence::PageFull);
            return Some(self.told(told));
        }
        let told = self.answer(request, false)?;
        // What is withheld is on no page: it takes no product from later blocks, and no place.
        if told.silent.is_none() {
            self.on_page.extend(self.selection.picks().iter().map(|pick| pick.item));
            self.live_blocks += usize::from(!self.selection.picks().is_empty());
        }
        Some(self.told(told))
    }
}

impl<D: AsRef<[u8]>> Page<'_, D> {
    /// Answers the next block; `None` where the bundle has no such placement.
    ///
    /// A block that shows something is live; once as many are live as the shop allows, all others stay empty.
    pub fn recommend(&mut self, request: &Request<'_>) -> Option<Answer<'_>> {
        self.recommender.block(request)
    }
}
