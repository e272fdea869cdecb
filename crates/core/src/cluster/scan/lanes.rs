//! Counts of many replicas side by side, so that one instruction serves several of them.

/// Replicas side by side.
pub(super) const LANES: usize = 32;

/// One number for each of the replicas. Aligned, so that a row of 16-bit counts is one cache line and an operand of instructions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(align(64))]
pub(super) struct Row<L>(pub [L; LANES]);

impl<L: Lane> Row<L> {
    /// The same in all lanes.
    pub(super) const fn all(count: L) -> Self {
        Self([count; LANES])
    }

    /// Adds lane by lane.
    #[inline]
    pub(super) fn add(&mut self, more: &Self) {
        // Through copies, whose alignment is known and which stay in registers.
        let (mut sum, more) = (self.0, more.0);
        for (sum, more) in sum.iter_mut().zip(more) {
            *sum = sum.plus(more);
        }
        self.0 = sum;
    }

    /// Whether a lane has this count.
    pub(super) fn contains(&self, count: L) -> bool {
        self.0.contains(&count)
    }
}

/// A count in a lane: 16 bits where they suffice, else 32.
pub(super) trait Lane: Copy + Default + PartialEq + Send + Sync + Into<u32> {
    /// The largest count.
    const MAX: Self;
    /// A count, `MAX` when it does not fit.
    fn of(count: u32) -> Self;
    /// Sum; stays at `MAX` once it would be above.
    fn plus(self, other: Self) -> Self;
    /// Difference modulo the width.
    fn minus(self, other: Self) -> Self;
    /// By how much it is above another, or zero.
    fn above(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
}

impl Lane for u16 {
    const MAX: Self = Self::MAX;
    fn of(count: u32) -> Self {
        count.min(u32::from(Self::MAX)) as Self
    }
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn above(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
    fn or(self, other: Self) -> Self {
        self | other
    }
}

impl Lane for u32 {
    const MAX: Self = Self::MAX;
    fn of(count: u32) -> Self {
        count
    }
    // All cases of a scan together fit.
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn minus(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn above(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
    fn or(self, other: Self) -> Self {
        self | other
    }
}
