import CLMKernels
import LMRuntime

/// A matrix seen as `rows` × `depth`, wherever it lies: element (r, k) at `r · rowStride + k · depthStride`.
///
/// One of the two strides is 1. Strides and sizes count elements.
public struct MatrixOperand {
  let tensor: Tensor
  let pointer: UnsafeRawPointer
  /// Rows: the axis that remains in the product.
  public let rows: Int
  /// Depth: the axis that is summed over.
  public let depth: Int
  let rowStride: Int
  let depthStride: Int

  /// Columns `columns` of a matrix `[R, C]`, row by row: rows R, depth the columns.
  public static func rows(of tensor: Tensor, columns: Range<Int>? = nil) -> MatrixOperand {
    let range = columns ?? 0..<tensor.columnCount
    return MatrixOperand(
      tensor: tensor, pointer: tensor.pointer + range.lowerBound * tensor.dtype.byteCount,
      rows: tensor.rowCount, depth: range.count, rowStride: tensor.columnCount, depthStride: 1)
  }

  /// Columns `columns` of a matrix `[R, C]`, column by column: rows the columns, depth R.
  public static func columns(of tensor: Tensor, columns: Range<Int>? = nil) -> MatrixOperand {
    let range = columns ?? 0..<tensor.columnCount
    return MatrixOperand(
      tensor: tensor, pointer: tensor.pointer + range.lowerBound * tensor.dtype.byteCount,
      rows: range.count, depth: tensor.rowCount, rowStride: 1, depthStride: tensor.columnCount)
  }

  fileprivate func kernelOperand(_ range: Range<Int>) -> lm_operand {
    lm_operand(
      data: pointer + range.lowerBound * rowStride * tensor.dtype.byteCount, type: tensor.dtype.kernelType,
      rows: range.count, depth: depth, row_stride: rowStride, depth_stride: depthStride)
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

  /// Columns `columns` of `tensor` are overwritten; `bias` (one float per column) is added.
  public init(_ tensor: Tensor, columns: Range<Int>? = nil, bias: Tensor? = nil) {
    self.tensor = tensor
    self.bias = bias
    firstColumn = columns?.lowerBound ?? 0
  }

  /// `base` (float32, of the same shape, perhaps `tensor` itself) plus the product.
  public init(_ tensor: Tensor, adding base: Tensor, bias: Tensor? = nil) {
    self.init(tensor, bias: bias)
    precondition(tensor.dtype == .float32 && base.shape == tensor.shape, "MatrixResult: base \(base.shape)")
    self.base = base
  }

  fileprivate func kernelOutput(row: Int, column: Int) -> lm_output {
    let offset = row * tensor.columnCount + firstColumn + column
    let added = base?.floats.baseAddress.map { UnsafePointer($0 + offset) }
    return lm_output(
      c: tensor.pointer + offset * tensor.dtype.byteCount, base: added,
      bias: bias?.floats.baseAddress.map { UnsafePointer($0 + column) }, stride: tensor.columnCount,
      type: tensor.dtype.kernelType, accumulate: added == nil ? 0 : 1)
  }
}

/// Blocked, packed matrix products: C = A Bᵀ for A `[M, K]`, B `[N, K]`, in any storage order.
///
/// The smaller operand is packed whole into panels that all threads share; each thread then packs a block
/// of the larger one into its own cache and streams both through the register tile (Goto and van de Geijn,
/// "Anatomy of High-Performance Matrix Multiplication", 2008). Every element of C is summed over K in one
/// order, whatever the number of threads.
public enum MatrixProduct {
  /// Packed bytes of a thread's own block: half of a 1 MiB second-level cache.
  private static let blockBytes = 384 << 10

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
    let depth = a.depth
    let packedDepth = precision == .float32 ? depth : (depth + 1) / 2 * 2
    let shareB = a.rows > b.rows
    let (shared, split) = shareB ? (b, a) : (a, b)
    let (sharedTile, splitTile) = shareB ? (tileColumns, tileRows) : (tileRows, tileColumns)

    let panels = Self.packed(shared, tile: sharedTile, packedDepth: packedDepth, precision: precision)
    let pool = ThreadPool.shared
    let rowBytes = max(1, packedDepth * precision.byteCount)
    let fair = (split.rows + 4 * pool.threadCount - 1) / (4 * pool.threadCount)
    let block = max(1, min(blockBytes / rowBytes, max(fair, 4 * splitTile)) / splitTile) * splitTile
    let own = Storage(byteCount: pool.threadCount * block * rowBytes)
    pool.run((split.rows + block - 1) / block) { part, thread in
      let range = part * block..<min(split.rows, (part + 1) * block)
      let mine = own.pointer + thread * block * rowBytes
      var operand = split.kernelOperand(range)
      table.pointee.pack(type, &operand, splitTile, mine)
      var output =
        shareB
        ? result.kernelOutput(row: range.lowerBound, column: 0)
        : result.kernelOutput(row: 0, column: range.lowerBound)
      let (left, right) = shareB ? (UnsafeMutableRawPointer(mine), panels.pointer) : (panels.pointer, mine)
      table.pointee.gemm(
        type, shareB ? range.count : a.rows, shareB ? b.rows : range.count, depth, left,
        packedDepth * tileRows, right, packedDepth * tileColumns, &output)
    }
  }

  private static func packed(
    _ operand: MatrixOperand, tile: Int, packedDepth: Int, precision: DType
  ) -> Storage {
    let panelBytes = packedDepth * tile * precision.byteCount
    let count = (operand.rows + tile - 1) / tile
    let storage = Storage(byteCount: max(64, count * panelBytes))
    parallel(count, grain: max(1, (64 << 10) / max(1, panelBytes))) { range in
      let rows = range.lowerBound * tile..<min(operand.rows, range.upperBound * tile)
      var part = operand.kernelOperand(rows)
      Kernels.table.pointee.pack(
        precision.kernelType, &part, tile, storage.pointer + range.lowerBound * panelBytes)
    }
    return storage
  }
}
