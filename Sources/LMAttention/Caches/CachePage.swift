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
    let (heads, width) = (2 * shape.keyValueHeads, shape.headWidth)
    let rowBytes = type == .int8 ? width : type.rowBytes(width)
    func copy(_ start: Int, stride: Int, bytes: Int) {
      for head in 0..<heads {
        (pointer + start + head * stride).copyMemory(
          from: other.pointer + start + head * stride, byteCount: bytes)
      }
    }
    copy(0, stride: Self.positions * rowBytes, bytes: count * rowBytes)
    guard type == .int8 else { return }
    copy(heads * Self.positions * rowBytes, stride: Self.positions * 4, bytes: count * 4)
  }

  /// First byte.
  var pointer: UnsafeMutableRawPointer { storage.pointer }

  /// Bytes of a page.
  static func byteCount(_ shape: AttentionShape, _ type: CacheType) -> Int {
    2 * shape.keyValueHeads * positions * type.rowBytes(shape.headWidth)
  }
}
