import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Runs `forward` on variables and parameters made of `inputs`, sends `coefficients` back and compares
/// value and gradients with the double-precision oracle `f`.
///
/// float32 sums of up to 1,000 terms of order 1 err by less than 1e-5 of the largest value; gradients by
/// ten times that.
private func check(
  _ name: String, _ inputs: [Tensor], tolerance: Double = 1e-4, _ f: @escaping ([[Double]]) -> [Double],
  _ forward: ([Tensor], Tape) -> (output: Variable, gradients: () -> [Tensor?])
) {
  let values = inputs.map(doubles)
  let expected = f(values)
  let coefficients = sampleValues(expected.count, seed: 99)
  let differences = finiteDifferences(values, coefficients: coefficients, f)
  onEveryInstructionSet { set in
    let tape = Tape()
    let (output, gradients) = forward(inputs, tape)
    #expect(relativeError(doubles(output.value), expected) < tolerance / 10, "\(name) value on \(set)")
    output.addGradient(Tensor(coefficients.map { Float($0) }, shape: output.value.shape))
    tape.backward()
    for (index, gradient) in gradients().enumerated() {
      guard let gradient else {
        Issue.record("\(name): input \(index) has no gradient on \(set)")
        continue
      }
      #expect(
        relativeError(doubles(gradient), differences[index]) < tolerance,
        "\(name) gradient \(index) on \(set)")
    }
  }
}

private func parameter(_ tensor: Tensor) -> Parameter { Parameter("p", tensor, decays: true) }

@Suite(.serialized) struct GradientTests {
  @Test(arguments: [(1, 1, 1), (7, 9, 5), (33, 8, 31)]) func `linear with bias and residual`(
    _ m: Int, _ k: Int, _ n: Int
  ) {
    check(
      "linear",
      [
        sampleTensor([m, k], seed: 1), sampleTensor([n, k], seed: 2), sampleTensor([n], seed: 3),
        sampleTensor([m, n], seed: 4),
      ]
    ) { v in
      (0..<m * n).map { i in
        (0..<k).reduce(v[2][i % n] + v[3][i]) { $0 + v[0][i / n * k + $1] * v[1][i % n * k + $1] }
      }
    } _: { inputs, tape in
      let (x, r) = (Variable(inputs[0]), Variable(inputs[3]))
      let (w, b) = (parameter(inputs[1]), parameter(inputs[2]))
      let y = x.linear(w, bias: b, residual: r, precision: .float32, tape: tape)
      return (y, { [x.gradient, w.gradient, b.gradient, r.gradient] })
    }
  }

  private static func norm(_ x: [Double], _ w: [Double], _ b: [Double]?, width: Int, center: Bool) -> [Double]
  {
    var y = x
    for r in 0..<x.count / width {
      let row = x[r * width..<(r + 1) * width]
      let mean = center ? row.reduce(0, +) / Double(width) : 0
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      for i in 0..<width {
        y[r * width + i] = (x[r * width + i] - mean) / (variance + 1e-5).squareRoot() * w[i] + (b?[i] ?? 0)
      }
    }
    return y
  }

  @Test(arguments: [2, 7, 8, 9, 31, 33]) func `layer and root-mean-square norm`(width: Int) {
    for kind in [NormKind.layer, .rms] {
      let inputs = [
        sampleTensor([5, width], seed: 1), sampleTensor([width], seed: 2), sampleTensor([width], seed: 3),
      ]
      // Of two numbers LayerNorm keeps only the sign: its gradient is a difference of nearly equal terms.
      check("\(kind)", inputs, tolerance: width == 2 ? 3e-3 : 3e-4) {
        Self.norm($0[0], $0[1], $0[2], width: width, center: kind == .layer)
      } _: { inputs, tape in
        let x = Variable(inputs[0])
        let (w, b) = (parameter(inputs[1]), parameter(inputs[2]))
        let y = x.norm(kind, weight: w, bias: b, epsilon: 1e-5, outputType: .float32, tape: tape)
        return (y, { [x.gradient, w.gradient, b.gradient] })
      }
    }
  }

  @Test func `head norms touch their columns only`() {
    let (rows, stride, d) = (3, 23, 5)  // columns: 1 other, 2 heads, 1 other, 1 head, 6 others
    check(
      "head norm",
      [sampleTensor([rows, stride], seed: 1), sampleTensor([d], seed: 2), sampleTensor([d], seed: 3)],
      tolerance: 3e-4
    ) { v in
      var y = v[0]
      for r in 0..<rows {
        for (column, weight) in [(1, v[1]), (6, v[1]), (12, v[2])] {
          let range = r * stride + column..<r * stride + column + d
          y.replaceSubrange(range, with: Self.norm(Array(v[0][range]), weight, nil, width: d, center: false))
        }
      }
      return y
    } _: { inputs, tape in
      let x = Variable(inputs[0])
      let (a, b) = (parameter(inputs[1]), parameter(inputs[2]))
      let y = x.headNorm([(1, 2, a), (12, 1, b)], epsilon: 1e-5, tape: tape)
      return (y, { [x.gradient, a.gradient, b.gradient] })
    }
  }

  private static func activation(_ kind: Activation, _ x: Double) -> Double {
    switch kind {
    case .relu: max(0, x)
    case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .silu: x / (1 + exp(-x))
    case .tanh: tanh(x)
    }
  }

  @Test(arguments: Activation.allCases) func `activations and gates`(kind: Activation) {
    check("\(kind)", [sampleTensor([5, 7], seed: 1, scale: 5)]) { v in
      v[0].map { Self.activation(kind, $0) }
    } _: { inputs, tape in
      let x = Variable(inputs[0])
      return (x.activated(kind, tape: tape), { [x.gradient] })
    }
    check("gated \(kind)", [sampleTensor([3, 18], seed: 1, scale: 3)]) { v in
      (0..<27).map { (i: Int) -> Double in
        let gate = i / 9 * 18 + i % 9
        return Self.activation(kind, v[0][gate]) * v[0][gate + 9]
      }
    } _: { inputs, tape in
      let x = Variable(inputs[0])
      return (x.gated(kind, tape: tape), { [x.gradient] })
    }
  }

  @Test func `some rows of a matrix`() {
    let rows: [Int32] = [4, 0, 2]
    check("selecting", [sampleTensor([5, 7], seed: 1)]) { v in
      rows.flatMap { v[0][Int($0) * 7..<Int($0) * 7 + 7] }
    } _: { inputs, tape in
      let x = Variable(inputs[0])
      return (x.selecting(rows, tape: tape), { [x.gradient] })
    }
    let half = Variable(sampleTensor([5, 7], dtype: .bfloat16))
    #expect(half.selecting([3], tape: nil).value.toArray() == half.value.rows(3..<4).toArray())
  }

  @Test func `embedding rows with positions`() {
    let ids: [Int32] = [3, 0, 3, 1], places: [Int32] = [0, 1, 2, 0]
    check("embedding", [sampleTensor([5, 9], seed: 1), sampleTensor([3, 9], seed: 2)]) { v in
      (0..<36).map { (i: Int) -> Double in
        let (row, column) = (i / 9, i % 9)
        return v[0][Int(ids[row]) * 9 + column] + v[1][Int(places[row]) * 9 + column]
      }
    } _: { inputs, tape in
      let (table, positions) = (parameter(inputs[0]), parameter(inputs[1]))
      return (
        table.rows(ids, adding: (positions, places), tape: tape), { [table.gradient, positions.gradient] }
      )
    }
  }

  @Test func `sums and factors`() {
    check("adding", [sampleTensor([3, 7], seed: 1), sampleTensor([3, 7], seed: 2)]) { v in
      zip(v[0], v[1]).map { 2.5 * ($0 + $1) }
    } _: { inputs, tape in
      let (x, y) = (Variable(inputs[0]), Variable(inputs[1]))
      return (x.adding(y, tape: tape).scaled(2.5, tape: tape), { [x.gradient, y.gradient] })
    }
  }

  @Test(arguments: [0, 0.1] as [Float]) func `cross-entropy fused with its projection`(smoothing: Float) {
    let (rows, width, vocabulary) = (7, 9, 33)
    let targets: [Int32] = [0, 32, -1, 5, 5, 17, 8]
    let inputs = [
      sampleTensor([rows, width], seed: 1), sampleTensor([vocabulary, width], seed: 2),
      sampleTensor([vocabulary], seed: 3),
    ]
    let e = Double(smoothing)
    func loss(_ v: [[Double]]) -> [Double] {
      var total = 0.0
      for r in 0..<rows where targets[r] >= 0 {
        let z = (0..<vocabulary).map { (j: Int) -> Double in
          (0..<width).reduce(v[2][j]) { $0 + v[0][r * width + $1] * v[1][j * width + $1] }
        }
        let logSum = log(z.reduce(0) { $0 + exp($1) })
        total += logSum - (1 - e) * z[Int(targets[r])] - e * z.reduce(0, +) / Double(vocabulary)
      }
      return [total]
    }
    let values = inputs.map(doubles)
    let differences = finiteDifferences(values, coefficients: [0.25], loss)
    onEveryInstructionSet { set in
      let x = Variable(inputs[0])
      let (w, b) = (parameter(inputs[1]), parameter(inputs[2]))
      let tape = Tape()
      let result = x.linearCrossEntropy(
        w, bias: b, targets: targets, smoothing: smoothing, gradientScale: 0.25, precision: .float32,
        tape: tape)
      tape.backward()
      #expect(result.tokens == 6)
      #expect(abs(result.total - loss(values)[0]) < 1e-4, "\(set)")
      for (gradient, expected) in zip([x.gradient, w.gradient, b.gradient], differences) {
        #expect(gradient.map { relativeError(doubles($0), expected) < 1e-4 } == true, "\(set)")
      }
    }
  }

  @Test func `dropout keeps the expectation, its mask in backward and its bits on any number of threads`() {
    let count = 100_000
    let stream = DropoutStream(probability: 0.3, seed: 0x1234_5678_9ABC_DEF0)
    let ones = Tensor([Float](repeating: 1, count: count), shape: [count])
    var results: [[Float]] = []
    _ = onThreadCounts([1, 2, 3]) { _ in
      onEveryInstructionSet { _ in
        let x = Variable(ones)
        let tape = Tape()
        let y = x.dropout(stream, tape: tape)
        y.addGradient(ones)
        tape.backward()
        results.append(y.value.toArray())
        #expect(x.gradient?.toArray() == results.last)
      }
    }
    #expect(results.allSatisfy { $0 == results[0] })
    let kept = Double(results[0].filter { $0 != 0 }.count) / Double(count)
    // Standard deviation of the share kept: √(0.3 · 0.7 / 100,000) = 0.0014; five of them.
    #expect(abs(kept - 0.7) < 0.0073)
  }

  @Test func `gradients of a second use and of a second pass are added`() {
    let w = parameter(sampleTensor([4, 4], seed: 1)), x = Variable(sampleTensor([3, 4], seed: 2))
    for _ in 0..<2 {
      let tape = Tape()
      let y = x.linear(w, precision: .float32, tape: tape).linear(w, precision: .float32, tape: tape)
      y.addGradient(sampleTensor([3, 4], seed: 3))
      tape.backward()
    }
    let twice = w.gradient.map(doubles) ?? []
    w.clearGradient()
    let tape = Tape()
    let y = x.linear(w, precision: .float32, tape: tape).linear(w, precision: .float32, tape: tape)
    y.addGradient(sampleTensor([3, 4], seed: 3))
    tape.backward()
    #expect(relativeError(twice, (w.gradient.map(doubles) ?? []).map { 2 * $0 }) < 1e-6)
  }
}
