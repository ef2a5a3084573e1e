import Glibc
import LMAttention
import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import Testing

/// Dense attention in double precision on rows `[B · T, (H + 2G) d]`; S = T.
func dense(_ x: [Double], _ shape: AttentionShape, _ ranges: KeyRanges, slopes: [Float]?) -> [Double] {
  let (t, d, width) = (ranges.queries, shape.headWidth, shape.rowWidth)
  var out = [Double](repeating: 0, count: ranges.batch * t * shape.queryWidth)
  for b in 0..<ranges.batch {
    for h in 0..<shape.heads {
      let g = h / shape.groupSize
      for i in 0..<t {
        let (low, high) = (Int(ranges.first[b * t + i]), Int(ranges.last[b * t + i]))
        guard low < high else { continue }
        let row = (b * t + i) * width + h * d
        let scores = (low..<high).map { j -> Double in
          let key = (b * t + j) * width + shape.queryWidth + g * d
          let dot = (0..<d).reduce(0.0) { $0 + x[row + $1] * x[key + $1] }
          let cap = shape.softCap.map(Double.init)
          let score = cap.map { $0 * tanh(dot * Double(shape.scale) / $0) } ?? dot * Double(shape.scale)
          return score - (slopes.map { Double($0[h]) * Double(abs(i - j)) } ?? 0)
        }
        let top = scores.max() ?? 0
        let weights = scores.map { exp($0 - top) }
        let total = weights.reduce(0, +)
        for c in 0..<d {
          let sum = (low..<high).reduce(0.0) {
            $0 + weights[$1 - low] * x[(b * t + $1) * width + shape.queryWidth + shape.keyWidth + g * d + c]
          }
          out[(b * t + i) * shape.queryWidth + h * d + c] = sum / total
        }
      }
    }
  }
  return out
}

struct AttentionCase: CustomTestStringConvertible, Sendable {
  let name: String
  let ranges: KeyRanges
  var testDescription: String { name }

  static func all(batch: Int, tokens: Int) -> [AttentionCase] {
    let causal = KeyRanges.causal(batch: batch, queries: tokens, keys: tokens)
    let everything = KeyRanges.all(batch: batch, queries: tokens, keys: tokens)
    let documents = (0..<batch * tokens).map { Int32($0 / 5) }
    let lengths = (0..<batch).map { max(1, tokens - 3 * $0 - 1) }
    return [
      AttentionCase(name: "causal", ranges: causal), AttentionCase(name: "bidirectional", ranges: everything),
      AttentionCase(name: "window", ranges: causal.limited(window: 4)),
      AttentionCase(name: "padding", ranges: everything.limited(lengths: lengths)),
      AttentionCase(name: "windows on both sides", ranges: everything.limited(window: 3)),
      AttentionCase(name: "documents", ranges: causal.limited(documents: documents)),
    ]
  }
}

@Suite(.serialized) struct AttentionTests {
  @Test(arguments: AttentionCase.all(batch: 2, tokens: 9))
  func `gradients are the finite differences of dense attention`(_ kind: AttentionCase) {
    for (heads, groups) in [(2, 2), (4, 2), (3, 1)] {
      for (bias, cap) in [(nil, nil), (RelativeBias.alibi(heads: heads), nil), (nil, Float(0.8))] {
        let shape = AttentionShape(heads: heads, keyValueHeads: groups, headWidth: 5, softCap: cap)
        let x = sampleTensor([18, shape.rowWidth], seed: 7, scale: 2)
        let oracle: ([[Double]]) -> [Double] = { dense($0[0], shape, kind.ranges, slopes: bias?.headSlopes) }
        let expected = oracle([doubles(x)])
        let coefficients = sampleValues(expected.count, seed: 99)
        let differences = finiteDifferences([doubles(x)], coefficients: coefficients, oracle)
        onEveryInstructionSet { set in
          let input = Variable(x)
          let tape = Tape()
          let y = input.attention(shape, ranges: kind.ranges, bias: bias, tape: tape)
          #expect(relativeError(doubles(y.value), expected) < 1e-5, "\(set) \(heads)/\(groups)")
          y.addGradient(Tensor(coefficients.map { Float($0) }, shape: y.value.shape))
          tape.backward()
          let gradient = input.gradient.map(doubles) ?? []
          #expect(relativeError(gradient, differences[0]) < 1e-4, "\(set) \(heads)/\(groups)")
        }
      }
    }
  }

  /// Sizes around the tiles (96 keys, 128 queries, 8 to 32 lanes) and odd head widths.
  @Test(arguments: [(1, 1), (2, 8), (31, 32), (33, 48), (97, 64), (130, 33), (260, 16)])
  func `tiles agree with dense attention`(tokens: Int, width: Int) {
    let shape = AttentionShape(heads: 2, keyValueHeads: 1, headWidth: width)
    for kind in AttentionCase.all(batch: 2, tokens: tokens) {
      for dtype in [DType.float32, .bfloat16] {
        let x = sampleTensor([2 * tokens, shape.rowWidth], seed: 7, scale: 2, dtype: dtype)
        let expected = dense(doubles(x), shape, kind.ranges, slopes: nil)
        onEveryInstructionSet { set in
          let y = Variable(x).attention(shape, ranges: kind.ranges, tape: Tape())
          // bf16: probabilities and result are rounded to 8 bits.
          let tolerance = dtype == .float32 ? 1e-5 : 1.5e-2
          #expect(relativeError(doubles(y.value), expected) < tolerance, "\(set) \(dtype) \(kind.name)")
        }
      }
    }
  }

  /// The float32 kernel's gradients, checked above, are the oracle of larger sizes on other kernels.
  @Test(arguments: [(33, 48), (130, 33), (260, 16)])
  func `backward agrees between types and instruction sets`(tokens: Int, width: Int) {
    let shape = AttentionShape(heads: 4, keyValueHeads: 2, headWidth: width)
    for kind in AttentionCase.all(batch: 2, tokens: tokens) {
      let x = sampleTensor([2 * tokens, shape.rowWidth], seed: 7, scale: 2, dtype: .bfloat16)
      let dy = sampleTensor([2 * tokens, shape.queryWidth], seed: 8, dtype: .bfloat16)
      func gradient(_ type: DType) -> [Double] {
        let input = Variable(x.converted(to: type)), tape = Tape()
        input.attention(shape, ranges: kind.ranges, tape: tape).addGradient(dy.converted(to: type))
        tape.backward()
        return input.gradient.map(doubles) ?? []
      }
      let expected = withFixedKernels {
        defer { Kernels.select(nil) }
        Kernels.select(.scalar)
        return gradient(.float32)
      }
      onEveryInstructionSet { set in
        #expect(relativeError(gradient(.float32), expected) < 1e-4, "\(set) \(kind.name)")
        #expect(relativeError(gradient(.bfloat16), expected) < 3e-2, "\(set) bf16 \(kind.name)")
      }
    }
  }

  @Test func `bits do not depend on the number of threads`() {
    let shape = AttentionShape(heads: 4, keyValueHeads: 2, headWidth: 32)
    let x = sampleTensor([3 * 50, shape.rowWidth], seed: 7, dtype: .bfloat16)
    let dy = sampleTensor([3 * 50, shape.queryWidth], seed: 8, dtype: .bfloat16)
    let results = onThreadCounts([1, 2, 3, 8]) { _ in
      let input = Variable(x), tape = Tape()
      let y = input.attention(shape, ranges: .causal(batch: 3, queries: 50, keys: 50), tape: tape)
      y.addGradient(dy)
      tape.backward()
      return y.value.toArray() + (input.gradient?.toArray() ?? [])
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }
}
