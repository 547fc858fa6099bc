//! How the values of structured sections lie in bytes: FORMAT.md §2.
//!
//! Reading is total: what does not fit marks the reader as failed and gives a value that nobody keeps. One check at the end
//! instead of one a field is a third of the code, and pages download it.

use super::layout::MAX_DECODED;

/// A value that has a form in bytes.
pub(crate) trait Stored: Sized {
    /// Appends the value to `bytes`.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Takes the value off `reader`.
    fn read(reader: &mut Reader) -> Self;
}

/// The bytes of `value`.
pub(crate) fn to_bytes(value: &impl Stored) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    bytes
}

/// The value that `bytes` are, and whether bytes are left over; `None` where they are none.
pub(crate) fn from_bytes<T: Stored>(bytes: &[u8]) -> Option<(T, bool)> {
    let mut reader = Reader { left: bytes, room: MAX_DECODED, failed: false };
    let value = T::read(&mut reader);
    (!reader.failed).then_some((value, !reader.left.is_empty()))
}

/// Bytes that are still to be read, and the memory that lists may still take.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
    room: usize,
    failed: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn fail(&mut self) {
        self.failed = true;
        self.left = &[];
    }

    /// Whether every byte was read.
    pub(crate) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let Some((taken, left)) = self.left.split_at_checked(length) else {
            self.fail();
            return &[];
        };
        self.left = left;
        taken
    }

    /// A number of `width` bytes, at most 8.
    #[inline(never)]
    pub(crate) fn number(&mut self, width: usize) -> u64 {
        self.take(width).iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number below `count`: 0 where it is not.
    fn below(&mut self, count: u64, width: usize) -> usize {
        let number = self.number(width);
        if number >= count {
            self.fail();
            return 0;
        }
        number as usize
    }

    /// A list's length, with room for that many elements of `size` bytes, which take at least one byte each in the file.
    #[inline(never)]
    fn length(&mut self, size: usize) -> usize {
        let most = (self.room / size).min(self.left.len());
        let length = self.below(most as u64 + 1, 8);
        self.room -= length * size;
        length
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Stored for $number {
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn read(reader: &mut Reader) -> Self {
                reader.number(size_of::<$number>()) as $number
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, i32, i64);

impl Stored for f32 {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.to_bits().write(bytes);
    }

    fn read(reader: &mut Reader) -> Self {
        Self::from_bits(u32::read(reader))
    }
}

impl Stored for bool {
    fn write(&self, bytes: &mut Vec<u8>) {
        u8::from(*self).write(bytes);
    }

    fn read(reader: &mut Reader) -> Self {
        reader.below(2, 1) == 1
    }
}

impl Stored for String {
    fn write(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).write(bytes);
        bytes.extend_from_slice(self.as_bytes());
    }

    #[inline(never)]
    fn read(reader: &mut Reader) -> Self {
        let length = reader.length(1);
        let Ok(text) = str::from_utf8(reader.take(length)) else {
            reader.fail();
            return Self::new();
        };
        text.to_string()
    }
}

impl<T: Stored> Stored for Option<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.is_some().write(bytes);
        if let Some(value) = self {
            value.write(bytes);
        }
    }

    fn read(reader: &mut Reader) -> Self {
        bool::read(reader).then(|| T::read(reader))
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn write(&self, bytes: &mut Vec<u8>) {
        (self.len() as u64).write(bytes);
        self.iter().for_each(|element| element.write(bytes));
    }

    fn read(reader: &mut Reader) -> Self {
        let length = reader.length(size_of::<T>());
        let mut list = Self::with_capacity(length);
        for _ in 0..length {
            if reader.failed {
                break;
            }
            list.push(T::read(reader));
        }
        list
    }
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|element| element.write(bytes));
    }

    fn read(reader: &mut Reader) -> Self {
        std::array::from_fn(|_| T::read(reader))
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.0.write(bytes);
        self.1.write(bytes);
    }

    fn read(reader: &mut Reader) -> Self {
        (A::read(reader), B::read(reader))
    }
}

/// Stores a `struct` field after field, in the order given, or an `enum` as its variant's number, in four bytes, and what
/// the variant holds. The order is the format: a new field comes with a new section or a new version.
macro_rules! stored {
    (struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::bundle::stored::Stored for $name {
            fn write(&self, bytes: &mut Vec<u8>) {
                $($crate::bundle::stored::Stored::write(&self.$field, bytes);)*
            }

            fn read(reader: &mut $crate::bundle::stored::Reader) -> Self {
                Self { $($field: $crate::bundle::stored::Stored::read(reader)),* }
            }
        }
    };
    (enum $name:ident { $($number:literal = $variant:ident $(($held:ident))?),* $(,)? }) => {
        impl $crate::bundle::stored::Stored for $name {
            fn write(&self, bytes: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(($held))? => {
                        u32::write(&$number, bytes);
                        $($crate::bundle::stored::Stored::write($held, bytes);)?
                    })*
                }
            }

            fn read(reader: &mut $crate::bundle::stored::Reader) -> Self {
                match reader.number(4) {
                    $($number => Self::$variant $(({
                        let $held = $crate::bundle::stored::Stored::read(reader);
                        $held
                    }))?,)*
                    // A reader that failed reads nothing but zeros, and there is a variant 0.
                    _ => {
                        reader.fail();
                        Self::read(reader)
                    }
                }
            }
        }
    };
}
pub(crate) use stored;
