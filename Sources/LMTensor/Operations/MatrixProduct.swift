import CLMKernels
import LMRuntime

/// A matrix seen as `rows` × `depth`, wherever it lies: element (r, k) at `r · rowStride + k · depthStride`.
///
/// One of the two strides is 1. Strides and sizes count elements. The matrix may be of any type: what is quantised
/// is decoded while it is packed.
public struct MatrixOperand {
  let tensor: Tensor
  /// Column of the tensor at which the operand begins.
  private let firstColumn: Int
  /// Rows: the axis that remains in the product.
  public let rows: Int
  /// Depth: the axis that is summed over.
  public let depth: Int
  let rowStride: Int
  let depthStride: Int

  private init(
    _ tensor: Tensor, _ columns: Range<Int>, rows: Int, depth: Int, strides: (row: Int, depth: Int)
  ) {
    precondition(
      !tensor.dtype.isQuantized || columns.lowerBound % 2 == 0,
      "MatrixOperand: columns \(columns) of \(tensor.dtype.rawValue) begin at an odd one")
    self.tensor = tensor
    firstColumn = columns.lowerBound
    self.rows = rows
    self.depth = depth
    (rowStride, depthStride) = strides
  }

  /// Columns `columns` of a matrix `[R, C]`, row by row: rows R, depth the columns.
  public static func rows(of tensor: Tensor, columns: Range<Int>? = nil) -> MatrixOperand {
    let range = columns ?? 0..<tensor.columnCount
    return MatrixOperand(
      tensor, range, rows: tensor.rowCount, depth: range.count, strides: (tensor.columnCount, 1))
  }

  /// Columns `columns` of a matrix `[R, C]`, column by column: rows the columns, depth R.
  public static func columns(of tensor: Tensor, columns: Range<Int>? = nil) -> MatrixOperand {
    let range = columns ?? 0..<tensor.columnCount
    return MatrixOperand(
      tensor, range, rows: range.count, depth: tensor.rowCount, strides: (1, tensor.columnCount))
  }

  fileprivate func kernelOperand(_ rows: Range<Int>, _ depth: Range<Int>) -> lm_operand {
    let dtype = tensor.dtype
    // Blocks are found from the start of a row; single elements are addressed.
    let (first, skipped) =
      depthStride == 1
      ? (firstColumn + depth.lowerBound, rows.lowerBound * rowStride)
      : (firstColumn + rows.lowerBound, depth.lowerBound * depthStride)
    let (start, rest) = dtype.isQuantized ? (skipped, first) : (skipped + first, 0)
    return lm_operand(
      data: tensor.pointer + dtype.byteCount(of: start), type: dtype.weightType, rows: rows.count,
      depth: depth.count, row_stride: rowStride, depth_stride: depthStride, first: rest)
  }

  /// Rows that should be packed together, so that no block is decoded twice.
  fileprivate var rowsOfBlock: Int { depthStride == 1 ? 1 : tensor.dtype.blockSize }
}

extension MatrixOperand {
  /// Whether the register tile can read the rows as they lie: of the product's type, in whole pairs of bf16,
  /// and not a page apart, where a tile's rows would compete for the same places of the cache.
  fileprivate func isReadDirectly(_ precision: DType) -> Bool {
    tensor.dtype == precision && depthStride == 1 && (precision == .float32 || depth % 2 == 0)
      && rowStride * precision.byteCount % 4096 != 0
  }
}

/// Where a product goes, and what is added on the way.
public struct MatrixResult {
  let tensor: Tensor
  let firstColumn: Int
  /// Float32 values that the product is added to: the result's own, or those of another matrix.
  var base: Tensor?
  /// Float32 values, one per column.
  let bias: Tensor?

  /// Columns `columns` of `tensor` become the product, or `base` plus the product.
  /// - Parameters:
  ///   - columns: As many as the product has; nil for all.
  ///   - base: float32, of the tensor's shape, perhaps `tensor` itself; the tensor then is float32 too.
  ///   - bias: float32, one value per column of the product.
  public init(_ tensor: Tensor, columns: Range<Int>? = nil, adding base: Tensor? = nil, bias: Tensor? = nil) {
    if let base {
      precondition(tensor.dtype == .float32 && base.shape == tensor.shape, "MatrixResult: base \(base.shape)")
    }
    self.tensor = tensor
    self.base = base
    self.bias = bias
    firstColumn = columns?.lowerBound ?? 0
  }

  /// Base and bias join the first part of the depth, the others add to what is there.
  fileprivate func kernelOutput(row: Int, column: Int, first: Bool) -> lm_output {
    let offset = row * tensor.columnCount + firstColumn + column
    let added = (first ? base : tensor)?.floats.baseAddress.map { UnsafePointer($0 + offset) }
    return lm_output(
      c: tensor.pointer + offset * tensor.dtype.byteCount, base: added,
      bias: first ? bias?.floats.baseAddress.map { UnsafePointer($0 + column) } : nil,
      stride: tensor.columnCount, type: tensor.dtype.kernelType, accumulate: added == nil ? 0 : 1)
  }
}

/// Blocked, packed matrix products: C = A Bᵀ for A `[M, K]`, B `[N, K]`, in any storage order.
///
/// The smaller operand is packed whole into panels that all threads share; each thread then packs a block
/// of the larger one into its own cache and streams both through the register tile (Goto and van de Geijn,
/// "Anatomy of High-Performance Matrix Multiplication", 2008). Rows of A that have the right type already are
/// read where they lie. A deep product into float32 goes through the
/// depth in parts of one size, so that blocks stay wide. Every element of C is summed in one order, whatever
/// the number of threads.
public enum MatrixProduct {
  /// Packed bytes of a thread's own block: half of a 1 MiB second-level cache.
  private static let blockBytes = 384 << 10
  /// Longest part of the depth, where the result is float32 and so can be added to.
  private static let longestDepth = 1024

  /// Multiplies with operands of `precision` (converted while packing) and float32 sums.
  /// - Complexity: 2 · M · N · K operations; scratch of the smaller operand and a block per thread.
  public static func multiply(
    _ a: MatrixOperand, _ b: MatrixOperand, precision: DType, into result: MatrixResult
  ) {
    precondition(a.depth == b.depth, "multiply: [\(a.rows), \(a.depth)] × [\(b.rows), \(b.depth)]ᵀ")
    guard a.rows > 0, b.rows > 0 else { return }
    let table = Kernels.table
    let (tileRows, tileColumns) = (table.pointee.tile_rows, table.pointee.tile_columns)
    let type = precision.kernelType
    let shareB = a.rows > b.rows
    let (shared, split) = shareB ? (b, a) : (a, b)
    let (sharedTile, splitTile) = shareB ? (tileColumns, tileRows) : (tileRows, tileColumns)

    let direct = a.isReadDirectly(precision) && shareB
    let panels = PackedOperand(
      shared, tile: sharedTile, table: table, precision: precision,
      longestDepth: result.tensor.dtype == .float32 ? longestDepth : a.depth)
    let pool = ThreadPool.shared
    let rowBytes = panels.packedDepth(panels.longestDepth) * precision.byteCount
    let fair = (split.rows + 2 * pool.threadCount - 1) / (2 * pool.threadCount)
    let step = split.rowsOfBlock % splitTile == 0 ? split.rowsOfBlock : splitTile
    let block = max(1, min(blockBytes / max(1, rowBytes), max(fair, 4 * splitTile)) / step) * step
    let own = Storage(byteCount: direct ? 64 : pool.threadCount * block * rowBytes)
    pool.run((split.rows + block - 1) / block) { part, thread in
      let range = part * block..<min(split.rows, (part + 1) * block)
      var mine = own.pointer + (direct ? 0 : thread * block * rowBytes)
      for chunk in 0..<panels.chunkCount {
        let depth = panels.depths(chunk)
        let packedDepth = panels.packedDepth(depth.count)
        var operand = split.kernelOperand(range, depth)
        if direct {
          mine = UnsafeMutableRawPointer(mutating: operand.data)
        } else {
          table.pointee.pack(type, &operand, splitTile, mine)
        }
        var output = result.kernelOutput(
          row: shareB ? range.lowerBound : 0, column: shareB ? 0 : range.lowerBound, first: chunk == 0)
        let (left, right) = shareB ? (mine, panels.pointer(chunk)) : (panels.pointer(chunk), mine)
        table.pointee.gemm(
          type, shareB ? range.count : a.rows, shareB ? b.rows : range.count, depth.count, left,
          direct ? a.rowStride : 0, packedDepth * tileRows, right, packedDepth * tileColumns, &output)
      }
    }
  }
}

/// A whole operand in panels of `tile` rows, one part of the depth behind the other.
private struct PackedOperand {
  let precision: DType
  let depth: Int
  /// Panels' rows, the last panel filled up.
  let rows: Int
  let longestDepth: Int
  let chunkCount: Int
  private let storage: Storage

  init(
    _ operand: MatrixOperand, tile: Int, table: UnsafePointer<lm_kernels>, precision: DType,
    longestDepth limit: Int
  ) {
    self.precision = precision
    depth = operand.depth
    rows = (operand.rows + tile - 1) / tile * tile
    let parts = max(1, (depth + limit - 1) / max(1, limit))
    longestDepth = max(2, ((depth + parts - 1) / parts + 1) / 2 * 2)
    chunkCount = max(1, (depth + longestDepth - 1) / longestDepth)
    let packedDepth = (depth + 1) / 2 * 2
    storage = Storage(byteCount: max(64, rows * packedDepth * precision.byteCount))
    // A task packs panels side by side: a cache line of a strided operand holds several.
    let panelBytes = max(1, longestDepth * tile * precision.byteCount)
    let sideBySide = operand.depthStride == 1 ? 1 : max(128, operand.rowsOfBlock) / tile
    let grain = max(sideBySide, (64 << 10) / panelBytes)
    let panels = rows / tile
    let groups = (panels + grain - 1) / grain
    ThreadPool.shared.run(chunkCount * groups) { task, _ in
      let (chunk, group) = (task / groups, task % groups)
      let depths = self.depths(chunk)
      let first = group * grain
      let range = first * tile..<min(operand.rows, (first + grain) * tile)
      var part = operand.kernelOperand(range, depths)
      table.pointee.pack(
        precision.kernelType, &part, tile,
        pointer(chunk) + first * tile * self.packedDepth(depths.count) * precision.byteCount)
    }
  }

  /// Depth of a packed panel: bf16 comes in pairs.
  func packedDepth(_ depth: Int) -> Int { precision == .float32 ? depth : (depth + 1) / 2 * 2 }

  func depths(_ chunk: Int) -> Range<Int> {
    chunk * longestDepth..<min(depth, (chunk + 1) * longestDepth)
  }

  /// All parts but the last have an even depth.
  func pointer(_ chunk: Int) -> UnsafeMutableRawPointer {
    storage.pointer + rows * chunk * longestDepth * precision.byteCount
  }
}
