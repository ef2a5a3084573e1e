import Glibc
import LMAttention
import LMAutograd
import LMTensor
import LMTestSupport
import Testing

/// Feeds the rows of `x` `[T, (H + 2G) d]` in `pieces` through `cache`; the rows of the result.
func feed(
  _ x: Tensor, _ shape: AttentionShape, _ cache: SequenceCache, pieces: [Int], window: Int? = nil,
  bias: RelativeBias? = nil, from start: Int = 0
) -> [Double] {
  var rows: [Double] = []
  var row = start
  for count in pieces {
    var ranges = KeyRanges.causal(batch: 1, queries: count, keys: cache.count + count)
    if let window { ranges = ranges.limited(window: window) }
    rows += doubles(
      Variable(x.rows(row..<row + count)).attention(
        shape, ranges: ranges, bias: bias, caches: [cache], layer: 0
      ).value)
    row += count
  }
  return rows
}

func oneLayer(_ shape: AttentionShape, _ type: CacheType, window: Int? = nil) -> SequenceCache {
  SequenceCache([KeyValueCache(shape, type: type, window: window)])
}

private let shape = AttentionShape(heads: 4, keyValueHeads: 2, headWidth: 17)

@Suite(.serialized) struct CachedAttentionTests {
  /// Pieces below and above 8 queries, and around pages of 96 positions.
  private let pieces = [
    [20, 1, 1, 1, 218], [7, 89, 145], [1, 240], [95, 1, 1, 143, 1], [96, 96, 49], [241],
  ]

  @Test(arguments: [false, true])
  func `tokens in pieces through a cache give the rows of dense attention`(hasBias: Bool) {
    let x = sampleTensor([241, shape.rowWidth], seed: 7, scale: 2)
    let bias = hasBias ? RelativeBias.alibi(heads: 4) : nil
    let expected = dense(
      doubles(x), shape, .causal(batch: 1, queries: 241, keys: 241), slopes: bias?.headSlopes)
    onEveryInstructionSet { set in
      for pieces in pieces {
        let rows = feed(x, shape, oneLayer(shape, .float32), pieces: pieces, bias: bias)
        #expect(relativeError(rows, expected) < 1e-5, "\(set) \(pieces)")
      }
    }
  }

  @Test(arguments: [(1, 1, 3), (3, 1, 8), (6, 3, 64), (2, 2, 33), (8, 1, 16)])
  func `every grouping, width, activation and cache type agrees`(heads: Int, groups: Int, width: Int) {
    let shape = AttentionShape(heads: heads, keyValueHeads: groups, headWidth: width)
    for dtype in [DType.float32, .bfloat16] {
      let x = sampleTensor([130, shape.rowWidth], seed: 7, scale: 2, dtype: dtype)
      let expected = dense(doubles(x), shape, .causal(batch: 1, queries: 130, keys: 130), slopes: nil)
      onEveryInstructionSet { set in
        for type in CacheType.allCases {
          // bf16 has 8 bits of precision, an int8 row 7 of its largest number.
          let tolerance = dtype == .float32 && type == .float32 ? 1e-5 : type == .int8 ? 3e-2 : 1.5e-2
          for pieces in [[130], [60, 1, 1, 67, 1]] {
            let rows = feed(x, shape, oneLayer(shape, type), pieces: pieces)
            #expect(relativeError(rows, expected) < tolerance, "\(set) \(dtype) \(type) \(pieces)")
          }
        }
      }
    }
  }

  @Test func `sequences of unequal lengths work in one pass`() {
    let x = sampleTensor([400, shape.rowWidth], seed: 9, scale: 2)
    onEveryInstructionSet { set in
      for bias in [nil, RelativeBias.alibi(heads: 4)] {
        let lengths = [3, 100, 0, 41]  // held before; then so many more of each, in two passes
        let passes = [[1, 1, 1, 1], [2, 97, 1, 30]]
        let alone = lengths.map { _ in oneLayer(shape, .float32) }
        let together = lengths.map { _ in oneLayer(shape, .float32) }
        for (index, length) in lengths.enumerated() where length > 0 {
          _ = feed(x, shape, alone[index], pieces: [length], bias: bias, from: index * 100)
          _ = feed(x, shape, together[index], pieces: [length], bias: bias, from: index * 100)
        }
        for counts in passes {
          let rows = Tensor([counts.reduce(0, +), shape.rowWidth])
          var (row, expected): (Int, [Double]) = (0, [])
          for (index, count) in counts.enumerated() {
            let start = index * 60 + 7
            x.rows(start..<start + count).copy(into: rows.rows(row..<row + count))
            expected += feed(x, shape, alone[index], pieces: [count], bias: bias, from: start)
            row += count
          }
          let ranges = KeyRanges.causal(zip(together, counts).map { ($1, $0.count + $1) })
          let output = Variable(rows).attention(
            shape, ranges: ranges, bias: bias, caches: together, layer: 0)
          #expect(relativeError(doubles(output.value), expected) < 1e-6, "\(set) \(counts)")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 50, 96, 97, 200])
  func `a layer with a window holds no more than it needs and sees what the mask shows`(window: Int) {
    let x = sampleTensor([700, shape.rowWidth], seed: 7, scale: 2)
    let expected = dense(
      doubles(x), shape, .causal(batch: 1, queries: 700, keys: 700).limited(window: window), slopes: nil)
    for pieces in [[Int](repeating: 70, count: 10), [200] + [Int](repeating: 1, count: 400) + [100]] {
      let cache = oneLayer(shape, .float32, window: window)
      let rows = feed(x, shape, cache, pieces: pieces, window: window)
      #expect(relativeError(rows, expected) < 1e-5, "\(pieces.count) pieces")
      let layer = cache.layers[0]
      let page = 2 * shape.keyWidth * 96 * 4
      #expect(layer.held.upperBound == 700 && layer.byteCount <= page * ((window + 100) / 96 + 2))
    }
  }

  @Test func `rows of int8 are within half a step of what they were`() {
    let x = sampleTensor([100, shape.rowWidth], seed: 3, scale: 5)
    onEveryInstructionSet { set in
      let cache = KeyValueCache(shape, type: .int8)
      cache.append(x, firstRow: 0, tokens: 100)
      let (keys, values) = cache.read(0..<100)
      for (part, tensor) in [keys, values].enumerated() {
        for row in 0..<100 {
          for head in 0..<2 {
            let source = (0..<17).map {
              x.floats[row * shape.rowWidth + shape.queryWidth + part * shape.keyWidth + head * 17 + $0]
            }
            let step = (source.map(abs).max() ?? 0) / 127
            for (column, value) in source.enumerated() {
              let error = abs(tensor.floats[row * shape.keyWidth + head * 17 + column] - value)
              #expect(error <= step / 2 * 1.0001, "\(set)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func `what is no number stays none in int8`(value: Float) {
    let x = sampleTensor([2, shape.rowWidth], seed: 3)
    x.floats[shape.queryWidth + 2] = value
    onEveryInstructionSet { _ in
      let cache = KeyValueCache(shape, type: .int8)
      cache.append(x, firstRow: 0, tokens: 2)
      let keys = cache.read(0..<2).keys
      #expect(keys.floats[0].isNaN && keys.floats[shape.keyWidth].isFinite)
    }
  }

  @Test func `the error of int8 attention is within its bound`() {
    let x = sampleTensor([150, shape.rowWidth], seed: 4, scale: 3)
    let exact = feed(x, shape, oneLayer(shape, .float32), pieces: [149, 1])
    let rounded = feed(x, shape, oneLayer(shape, .int8), pieces: [149, 1])
    // Scores move by at most e = scale · ‖q‖₁ · max|k| / 254, so weights by a factor of exp(2e), and values by
    // max|v| / 254: |error| ≤ (exp(2e) − 1) · max|v| + exp(2e) · max|v| / 254.
    for row in 0..<150 {
      for head in 0..<4 {
        let query = (0..<17).map { Double(x.floats[row * shape.rowWidth + head * 17 + $0]) }
        let e = Double(shape.scale) * query.reduce(0) { $0 + abs($1) } * 3 / 254
        let bound = (exp(2 * e) - 1) * 3 + exp(2 * e) * 3 / 254
        for column in 0..<17 {
          let place = row * shape.queryWidth + head * 17 + column
          #expect(abs(exact[place] - rounded[place]) <= bound)
        }
      }
    }
    #expect(exact != rounded)
  }

  @Test func `bits do not depend on the number of threads`() {
    let x = sampleTensor([150, shape.rowWidth], seed: 7, dtype: .bfloat16)
    let results = onThreadCounts([1, 2, 3, 8]) { _ in
      feed(x, shape, oneLayer(shape, .int8), pieces: [140, 1, 9])
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }
}
