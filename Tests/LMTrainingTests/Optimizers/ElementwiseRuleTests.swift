import Glibc
import LMAutograd
import LMTensor
import LMTestSupport
import LMTraining
import Testing

/// The formulas of the element-wise optimizers in double precision, on every instruction set.
@Suite struct ElementwiseRuleTests {
  /// One value's state and its update by the gradient g with the learning rate η in step t.
  private typealias Rule = @Sendable (_ p: inout Double, _ x: inout [Double], Double, Double, Int) -> Void

  private static func mean(_ x: inout Double, _ value: Double, _ beta: Double) {
    x = beta * x + (1 - beta) * value
  }

  private static let rules: [String: Rule] = [
    "adam": { p, x, g, rate, t in
      mean(&x[0], g, 0.9)
      mean(&x[1], g * g, 0.999)
      let (m, v) = (x[0] / (1 - pow(0.9, Double(t))), x[1] / (1 - pow(0.999, Double(t))))
      p -= rate * m / (v.squareRoot() + 1e-8)
    },
    "nadam": { p, x, g, rate, t in
      func mu(_ t: Int) -> Double { 0.9 * (1 - 0.5 * pow(0.96, 0.004 * Double(t))) }
      mean(&x[0], g, 0.9)
      mean(&x[1], g * g, 0.999)
      let product = (1...t).reduce(1) { $0 * mu($1) }
      let root = (x[1] / (1 - pow(0.999, Double(t)))).squareRoot() + 1e-8
      p -= rate * (1 - mu(t)) * g / (1 - product) / root
      p -= rate * mu(t + 1) * x[0] / (1 - product * mu(t + 1)) / root
    },
    "sgd plain": { p, _, g, rate, _ in p -= rate * g },
    "sgd": { p, x, g, rate, _ in
      x[0] = 0.9 * x[0] + g
      p -= rate * x[0]
    },
    "sgd nesterov": { p, x, g, rate, _ in
      x[0] = 0.9 * x[0] + g
      p -= rate * (g + 0.9 * x[0])
    },
    "sgd dampened": { p, x, g, rate, t in
      x[0] = t == 1 ? g : 0.9 * x[0] + 0.7 * g
      p -= rate * x[0]
    },
    "adagrad": { p, x, g, rate, _ in
      x[0] += g * g
      p -= rate * g / (x[0].squareRoot() + 1e-10)
    },
    "adadelta": { p, x, g, rate, _ in
      mean(&x[0], g * g, 0.9)
      let change = g * ((x[1] + 1e-6) / (x[0] + 1e-6)).squareRoot()
      mean(&x[1], change * change, 0.9)
      p -= rate * change
    },
    "rmsprop": { p, x, g, rate, _ in
      mean(&x[0], g * g, 0.99)
      p -= rate * g / (x[0].squareRoot() + 1e-8)
    },
    "rmsprop both": { p, x, g, rate, _ in
      mean(&x[0], g * g, 0.99)
      mean(&x[2], g, 0.99)
      x[1] = 0.8 * x[1] + g / ((x[0] - x[2] * x[2]).squareRoot() + 1e-8)
      p -= rate * x[1]
    },
    "lion": { p, x, g, rate, _ in
      let direction = 0.9 * x[0] + 0.1 * g
      p = p * (1 - 0.5 * rate) - rate * (direction > 0 ? 1 : direction < 0 ? -1 : 0)
      mean(&x[0], g, 0.99)
    },
  ]

  /// 10⁻⁵: roundings of 6·10⁻⁸, thirty times a few. Sizes are those around a vector's ends.
  @Test(arguments: rules.keys.sorted())
  func `thirty updates are those of the formula`(name: String) throws {
    let rule = try #require(Self.rules[name])
    let sizes = [0, 1, 2, 7, 8, 9, 31, 32, 33, 1000]
    onEveryInstructionSet { set in
      for size in sizes {
        let parameter = Parameter("p", sampleTensor([1, size], seed: UInt64(size)), decays: true)
        var oracle = doubles(parameter.value).map { (p: $0, x: [0.0, 0.0, 0.0]) }
        let optimizer = OptimizerCases.named(name).optimizer([parameter], OptimizerContext())
        for step in 1...30 {
          let gradient = sampleTensor([1, size], seed: UInt64(100 * step + size), scale: 0.1)
          parameter.collect { tensor, _ in gradient.copy(into: tensor) }
          let rate = 0.01 / Double(step)
          optimizer.update(learningRate: rate, gradientScale: 0.5)
          for (index, g) in doubles(gradient).enumerated() {
            var (p, x) = oracle[index]
            rule(&p, &x, 0.5 * g, rate, step)
            oracle[index] = (p, x)
          }
          parameter.clearGradient()
        }
        #expect(relativeError(doubles(parameter.value), oracle.map(\.p)) < 1e-5, "\(set), \(size)")
      }
    }
  }

  @Test func `penalties and clipping change the gradient of matrices`() {
    onEveryInstructionSet { set in
      var context = OptimizerContext()
      (context.gradients.limit, context.gradients.l1, context.gradients.l2) = (0.3, 0.25, 0.5)
      for decays in [true, false] {
        let values: [Float] = [2, -2, 0, 1, -4]
        let parameter = Parameter("p", Tensor(values, shape: [5]), decays: decays)
        parameter.collect { tensor, _ in Tensor([0.4, -4, 0.2, 0, 100], shape: [5]).copy(into: tensor) }
        SGD(momentum: 0).optimizer([parameter], context).update(learningRate: 1, gradientScale: 0.5)
        // clamp(g / 2, ±0.3), then + p / 2 + sign(p) / 4.
        let clamped: [Float] = [0.2, -0.3, 0.1, 0, 0.3]
        let penalties: [Float] = decays ? [1.25, -1.25, 0, 0.75, -2.25] : [0, 0, 0, 0, 0]
        let expected = values.indices.map { values[$0] - clamped[$0] - penalties[$0] }
        #expect(relativeError(doubles(parameter.value), expected.map(Double.init)) < 1e-6, "\(set)")
      }
    }
  }

  @Test func `a gradient that is no number reaches the parameter`() {
    onEveryInstructionSet { set in
      for name in ["adamw", "sgd", "adagrad", "rmsprop centered"] {
        let parameter = Parameter("p", Tensor([1, 1, 1], shape: [3]), decays: false)
        parameter.collect { tensor, _ in Tensor([0, .nan, 1], shape: [3]).copy(into: tensor) }
        OptimizerCases.named(name).optimizer([parameter], OptimizerContext())
          .update(learningRate: 0.1, gradientScale: 1)
        #expect(parameter.value.floats.map(\.isNaN) == [false, true, false], "\(set) \(name)")
      }
    }
  }
}
