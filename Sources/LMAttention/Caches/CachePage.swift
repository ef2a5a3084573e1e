import CLMKernels
import LMTensor

/// Keys and values of ``positions`` neighbouring positions in one layer: `[2, G, positions, d]`.
///
/// Several caches may share a page; it changes only while one cache alone holds it.
final class CachePage {
  /// Positions of a page: the keys of one tile of attention.
  static let positions = Int(LM_PAGE_KEYS)

  private let storage: Storage
  private let shape: AttentionShape
  private let type: CacheType

  /// A page that holds nothing yet.
  init(_ shape: AttentionShape, _ type: CacheType) {
    self.shape = shape
    self.type = type
    storage = Storage(byteCount: Self.byteCount(shape, type))
  }

  /// A page with the first `count` positions of `other`.
  convenience init(copying other: CachePage, count: Int) {
    self.init(other.shape, other.type)
    for part in 0..<2 {
      for head in 0..<shape.keyValueHeads {
        rows(part, head).copyMemory(from: other.rows(part, head), byteCount: count * elementBytes)
        guard type == .int8 else { continue }
        scales(part, head).copyMemory(from: other.scales(part, head), byteCount: count * 4)
      }
    }
  }

  /// Bytes of a head's row without its scale.
  private var elementBytes: Int { shape.headWidth * type.elementBytes }

  /// Rows of the keys (part 0) or values (part 1) of a head.
  func rows(_ part: Int, _ head: Int) -> UnsafeMutableRawPointer {
    pointer + (part * shape.keyValueHeads + head) * Self.positions * elementBytes
  }

  /// Their scales, in pages of int8.
  func scales(_ part: Int, _ head: Int) -> UnsafeMutableRawPointer {
    pointer + 2 * shape.keyValueHeads * Self.positions * elementBytes
      + (part * shape.keyValueHeads + head) * Self.positions * 4
  }

  /// First byte.
  var pointer: UnsafeMutableRawPointer { storage.pointer }

  /// Bytes of a page.
  static func byteCount(_ shape: AttentionShape, _ type: CacheType) -> Int {
    2 * shape.keyValueHeads * positions * (shape.headWidth * type.elementBytes + (type == .int8 ? 4 : 0))
  }
}
