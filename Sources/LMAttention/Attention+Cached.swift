import CLMKernels
import LMAutograd
import LMRuntime
import LMTensor

extension Variable {
  /// ``attention(_:ranges:bias:tape:)`` over what caches hold and the keys of this call, which are appended.
  ///
  /// Sequences may have unequal numbers of new and of earlier tokens.
  /// - Parameters:
  ///   - ranges: Visible keys of each query; sequence b has as many keys as its cache after this call. Keys
  ///     that a cache has given back are not visible.
  ///   - bias: Added to the scores by distance, or nil.
  ///   - caches: One per sequence of `ranges`.
  ///   - layer: Which of their layers.
  /// - Returns: `[rows, H · d]` in the type of this variable, which is `[rows, (H + 2G) · d]`.
  /// - Complexity: 4 · H · d · (visible pairs) operations; scratch of a tile per thread, or of one score per
  ///   head and key where a sequence has fewer than 8 queries.
  public func attention(
    _ shape: AttentionShape, ranges: KeyRanges, bias: RelativeBias? = nil, caches: [SequenceCache],
    layer: Int
  ) -> Variable {
    precondition(
      value.rowCount == ranges.rowCount && value.columnCount == shape.rowWidth,
      "attention: rows \(value.shape) for \(ranges.rowCount) queries and width \(shape.rowWidth)")
    precondition(caches.count == ranges.batch, "attention: \(caches.count) caches for \(ranges.batch)")
    for (cache, sequence) in zip(caches, ranges.sequences) {
      let own = cache.layers[layer]
      own.append(value, firstRow: sequence.firstRow, tokens: sequence.queries)
      precondition(
        own.count == sequence.keys, "attention: \(own.count) cached keys, ranges for \(sequence.keys)")
    }
    let output = Tensor([value.rowCount, shape.queryWidth], dtype: value.dtype)
    CachedAttention(
      shape: shape, ranges: ranges.limited(held: caches.map { $0.layers[layer].held.lowerBound }),
      input: value, output: output, bias: bias?.table(positions: ranges.keys), caches: caches, layer: layer
    ).run()
    return Variable(output)
  }
}

/// One layer's operands, split into kernel calls.
private struct CachedAttention {
  let shape: AttentionShape
  let ranges: KeyRanges
  let input: Tensor
  let output: Tensor
  let bias: Tensor?
  let caches: [SequenceCache]
  let layer: Int

  /// Queries from which tiles pay; fewer take one dot product per key.
  private static let tiledQueries = 8

  func run() {
    let (table, pool) = (Kernels.table, ThreadPool.shared)
    // The heads of a group read their keys together unless that leaves threads without work.
    let calls = ranges.batch * shape.keyValueHeads
    let heads = calls % pool.threadCount == 0 || calls > 2 * pool.threadCount ? shape.groupSize : 1
    var bytes = 0
    for sequence in ranges.sequences {
      var sample = lm_attention()
      (sample.type, sample.width, sample.heads) = (input.dtype.kernelType, shape.headWidth, heads)
      (sample.queries, sample.keys) = (sequence.queries, sequence.keys)
      bytes = max(bytes, table.pointee.attention_cached_scratch(&sample, isShort(sequence)))
    }
    let scratch = Storage(byteCount: bytes * pool.threadCount)
    let parts = shape.heads / heads
    ranges.first.withUnsafeBufferPointer { first in
      ranges.last.withUnsafeBufferPointer { last in
        guard let first = first.baseAddress, let last = last.baseAddress else { return }
        pool.run(ranges.batch * parts) { part, thread in
          let sequence = ranges.sequences[part / parts]
          guard sequence.queries > 0 else { return }
          var call = call(part / parts, sequence, head: part % parts * heads, heads: heads)
          call.first = first + sequence.firstRow
          call.last = last + sequence.firstRow
          call.scratch = scratch.pointer + thread * bytes
          table.pointee.attention_cached(&call, isShort(sequence))
        }
      }
    }
  }

  private func isShort(_ sequence: KeyRanges.Sequence) -> Int32 {
    sequence.queries < Self.tiledQueries ? 1 : 0
  }

  /// The call for `heads` query heads from `head` on, which share one key/value head.
  private func call(_ index: Int, _ sequence: KeyRanges.Sequence, head: Int, heads: Int) -> lm_attention {
    let (d, size) = (shape.headWidth, input.dtype.byteCount)
    var call = lm_attention()
    call.type = input.dtype.kernelType
    (call.queries, call.keys, call.width, call.heads) = (sequence.queries, sequence.keys, d, heads)
    call.query_offset = sequence.offset
    call.scale = shape.scale
    call.soft_cap = shape.softCap ?? 0
    call.q = UnsafeRawPointer(input.pointer + (sequence.firstRow * input.columnCount + head * d) * size)
    call.q_stride = input.columnCount
    call.pages = caches[index].layers[layer].kernelPages(head: head / shape.groupSize)
    call.out = output.pointer + (sequence.firstRow * shape.queryWidth + head * d) * size
    call.out_stride = shape.queryWidth
    if let bias, let values = bias.floats.baseAddress {
      call.bias_stride = bias.columnCount
      call.bias = UnsafePointer(values + head * bias.columnCount + bias.columnCount / 2 - sequence.keys)
    }
    return call
  }
}
