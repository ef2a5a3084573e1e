import CLMKernels
import LMAutograd
import LMRuntime
import LMTensor

extension Variable {
  /// softmax(scale · Q Kᵀ + bias) V per head, over the keys that `ranges` allows; the scaled scores may have a
  /// soft bound.
  ///
  /// Tiled with an online softmax, FlashAttention (arXiv 2205.14135) and FlashAttention-2 (arXiv 2307.08691):
  /// no `[T, T]` matrix, forward or backward.
  /// - Parameters:
  ///   - ranges: visible keys of each query, B sequences of T queries on T keys.
  ///   - bias: added to the scores by distance, or nil.
  /// - Returns: `[B · T, H · d]` in the type of this variable, which is `[B · T, (H + 2G) · d]`.
  /// - Complexity: 4 · B · H · d · (visible pairs) operations, 2.5 times that backward; memory O(B · (T + S)).
  public func attention(
    _ shape: AttentionShape, ranges: KeyRanges, bias: RelativeBias? = nil, tape: Tape?
  ) -> Variable {
    precondition(
      value.rowCount == ranges.batch * ranges.queries && value.columnCount == shape.rowWidth,
      "attention: rows \(value.shape) for \(ranges.batch) × \(ranges.queries) and width \(shape.rowWidth)")
    precondition(
      ranges.isUniform && ranges.queries == ranges.keys, "attention: sequences of unequal lengths need caches"
    )
    let call = AttentionCall(
      shape: shape, ranges: ranges, input: value,
      output: Tensor([value.rowCount, shape.queryWidth], dtype: value.dtype),
      logSums: tape == nil ? nil : Tensor([ranges.batch, shape.heads, ranges.queries]),
      bias: bias?.table(positions: ranges.keys))
    call.forward()
    let output = Variable(call.output)
    tape?.record(output) { self.addGradient(call.backward($0)) }
    return output
  }
}

/// One attention layer's operands, split into kernel calls.
private struct AttentionCall {
  let shape: AttentionShape
  let ranges: KeyRanges
  let input: Tensor
  let output: Tensor
  let logSums: Tensor?
  let bias: Tensor?

  /// Queries from which packing keys pays; fewer take one dot product per key.
  private static let tiledQueries = 8

  /// The kernel call for `heads` query heads from `head` on, which share one key/value head.
  private func call(
    sequence: Int, head: Int, heads: Int, first: UnsafePointer<Int32>, last: UnsafePointer<Int32>
  ) -> lm_attention {
    let size = input.dtype.byteCount
    let (d, width) = (shape.headWidth, input.columnCount)
    let group = head / shape.groupSize
    let row = input.pointer + sequence * ranges.queries * width * size
    var call = lm_attention()
    call.type = input.dtype.kernelType
    call.queries = ranges.queries
    call.keys = ranges.keys
    call.width = d
    call.heads = heads
    call.scale = shape.scale
    call.soft_cap = shape.softCap ?? 0
    call.q = UnsafeRawPointer(row + head * d * size)
    call.q_stride = width
    call.k = UnsafeRawPointer(row + (shape.queryWidth + group * d) * size)
    call.v = UnsafeRawPointer(row + (shape.queryWidth + shape.keyWidth + group * d) * size)
    call.k_stride = width
    call.v_stride = width
    call.out = output.pointer + (sequence * ranges.queries * shape.queryWidth + head * d) * size
    call.out_stride = shape.queryWidth
    call.first = first + sequence * ranges.queries
    call.last = last + sequence * ranges.queries
    if let bias, let values = bias.floats.baseAddress {
      call.bias_stride = bias.columnCount
      call.bias = UnsafePointer(values + head * bias.columnCount + bias.columnCount / 2 - ranges.keys)
    }
    if let sums = logSums?.floats.baseAddress {
      call.log_sum = sums + (sequence * shape.heads + head) * ranges.queries
      call.log_sum_stride = ranges.queries
    }
    return call
  }

  /// Runs `body(sequence, head, thread)` in `pool` for every sequence and every `heads`-th head.
  private func forEach(
    heads: Int, in pool: ThreadPool,
    _ body: (Int, Int, Int, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Void
  ) {
    let groups = shape.heads / heads
    ranges.first.withUnsafeBufferPointer { first in
      ranges.last.withUnsafeBufferPointer { last in
        guard let first = first.baseAddress, let last = last.baseAddress else { return }
        pool.run(ranges.batch * groups) { part, thread in
          body(part / groups, part % groups * heads, thread, first, last)
        }
      }
    }
  }

  func forward() {
    let table = Kernels.table
    let pool = ThreadPool.shared
    // Sharing packed keys among the heads of a group pays unless it leaves threads without work.
    let heads = ranges.batch * shape.keyValueHeads >= 2 * pool.threadCount ? shape.groupSize : 1
    let isShort = ranges.queries < Self.tiledQueries && logSums == nil
    var sample = lm_attention()
    sample.type = input.dtype.kernelType
    (sample.queries, sample.keys, sample.width, sample.heads) = (
      ranges.queries, ranges.keys, shape.headWidth, heads
    )
    let bytes = isShort ? (ranges.keys * 4 + 63) / 64 * 64 : table.pointee.attention_scratch(&sample, 0)
    let scratch = Storage(byteCount: bytes * pool.threadCount)
    forEach(heads: heads, in: pool) { sequence, head, thread, first, last in
      var call = call(sequence: sequence, head: head, heads: heads, first: first, last: last)
      let own = scratch.pointer + thread * bytes
      if isShort {
        table.pointee.attention_decode(&call, own.assumingMemoryBound(to: Float.self))
      } else {
        call.scratch = own
        table.pointee.attention_forward(&call)
      }
    }
  }

  func backward(_ gradient: Tensor) -> Tensor {
    let table = Kernels.table
    let dy = gradient.converted(to: input.dtype)
    let result = Tensor(input.shape, dtype: input.dtype)
    let (d, width, size) = (shape.headWidth, input.columnCount, input.dtype.byteCount)
    var sample = lm_attention()
    sample.type = input.dtype.kernelType
    (sample.queries, sample.keys, sample.width, sample.heads) = (
      ranges.queries, ranges.keys, d, shape.groupSize
    )
    let bytes = table.pointee.attention_scratch(&sample, 1)
    let pool = ThreadPool.shared
    let scratch = Storage(byteCount: bytes * pool.threadCount)
    forEach(heads: shape.groupSize, in: pool) { sequence, head, thread, first, last in
      var call = call(sequence: sequence, head: head, heads: shape.groupSize, first: first, last: last)
      let row = result.pointer + sequence * ranges.queries * width * size
      let group = head / shape.groupSize
      call.d_out = UnsafeRawPointer(
        dy.pointer + (sequence * ranges.queries * shape.queryWidth + head * d) * size)
      call.d_out_stride = shape.queryWidth
      call.d_q = row + head * d * size
      call.d_k = row + (shape.queryWidth + group * d) * size
      call.d_v = row + (shape.queryWidth + shape.keyWidth + group * d) * size
      call.d_q_stride = width
      call.d_k_stride = width
      call.d_v_stride = width
      call.scratch = scratch.pointer + thread * bytes
      table.pointee.attention_backward(&call)
    }
    return result
  }
}
