//! Until the sections exist.
use super::*;
use crate::shop::ItemId;
impl<D: AsRef<[u8]>> Bundle<D> {
    /// x
    pub fn price(&self, _: ItemId) -> Option<i64> {
        None
    }
    /// x
    pub fn brand(&self, _: ItemId) -> u32 {
        0
    }
    /// x
    pub fn value(&self, _: ItemId) -> Option<u8> {
        None
    }
    /// x
    pub fn released(&self, _: ItemId) -> Option<i32> {
        None
    }
    /// x
    pub fn hidden(&self, _: ItemId) -> u64 {
        0
    }
    /// x
    pub fn rules(&self) -> &[CompiledRule] {
        &[]
    }
    /// x
    pub fn signature(&self, _: ItemId) -> u32 {
        0
    }
    /// x
    pub fn signatures(&self) -> usize {
        0
    }
    /// x
    pub fn sets_of_signature(&self, _: u32) -> impl Iterator<Item = u16> {
        std::iter::empty()
    }
    /// x
    pub fn class_pairs(&self, _: u32) -> impl Iterator<Item = ItemId> {
        std::iter::empty()
    }
    /// x
    pub fn is_sensitive(&self, _: u32) -> bool {
        false
    }
    /// x
    pub fn private(&self) -> Option<&Private> {
        None
    }
    /// x
    pub fn terms(&self) -> &ShopTerms {
        static T: std::sync::OnceLock<ShopTerms> = std::sync::OnceLock::new();
        T.get_or_init(ShopTerms::default)
    }
}
