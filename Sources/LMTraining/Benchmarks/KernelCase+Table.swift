import LMAttention
import LMAutograd
import LMTensor

extension KernelCase {
  /// Every kernel family on the sizes of `shape`.
  public static func all(_ shape: BenchmarkShape) -> [KernelCase] {
    products(shape) + attention(shape) + norms(shape) + feedForward(shape) + rotary(shape) + losses(shape)
      + updates(shape)
  }

  /// Causal attention on ever longer sequences: time per token should grow as operations do.
  public static var longContext: [KernelCase] { BenchmarkShape.longContext.flatMap(attention) }

  /// Names of all sets of cases: the shapes, and `long-context`.
  public static let sets = BenchmarkShape.all.map(\.name) + ["long-context"]

  /// The cases of the set called `name`, none where there is no such set.
  public static func set(_ name: String) -> [KernelCase] {
    if name == "long-context" { return longContext }
    return BenchmarkShape.named(name).map(all) ?? []
  }

  private static let types = [DType.float32, .bfloat16]

  /// y = x Wᵀ (NT), d_x = d_y W (NN) and d_W = d_yᵀ x (TN) of every weight.
  private static func products(_ shape: BenchmarkShape) -> [KernelCase] {
    types.flatMap { type in
      shape.weights.flatMap { weight in
        let (m, n, k) = (shape.tokens, weight.rows, weight.depth)
        func product(_ kind: String, _ run: @escaping (_ x: Tensor, _ w: Tensor, _ y: Tensor) -> Void)
          -> KernelCase
        {
          KernelCase(
            kernel: "product \(kind)", shape: shape.name, size: "\(weight.name) \(m)×\(n)×\(k)", dtype: type,
            work: .operations(2 * Double(m) * Double(n) * Double(k), type),
            prepare: {
              let (x, w, y) = (filled([m, k], type), filled([n, k], .float32), filled([m, n], type))
              return Run { run(x, w, y) }
            })
        }
        return [
          product("NT") { x, w, y in
            MatrixProduct.multiply(.rows(of: x), .rows(of: w), precision: type, into: MatrixResult(y))
          },
          product("NN") { x, w, y in
            MatrixProduct.multiply(.rows(of: y), .columns(of: w), precision: type, into: MatrixResult(x))
          },
          product("TN") { x, w, y in
            MatrixProduct.multiply(.columns(of: y), .columns(of: x), precision: type, into: MatrixResult(w))
          },
        ]
      }
    }
  }

  /// Causal attention: 4 operations per head column and visible pair, 2.5 times that backward.
  private static func attention(_ s: BenchmarkShape) -> [KernelCase] {
    let pairs = Double(s.batch * s.context) * Double(s.context + 1) / 2
    return types.flatMap { type in
      differentiable(
        "attention", s,
        "\(s.batch)×\(s.context), \(s.heads)/\(s.keyValueHeads) heads of \(s.width / s.heads)", type,
        input: [s.tokens, s.attentionWidth], .operations(4 * pairs * Double(s.width), type),
        backward: .operations(10 * pairs * Double(s.width), type)
      ) { x, tape in
        x.attention(
          AttentionShape(heads: s.heads, keyValueHeads: s.keyValueHeads, headWidth: s.width / s.heads),
          ranges: .causal(batch: s.batch, queries: s.context, keys: s.context), tape: tape)
      }
    }
  }

  /// The residual stream is float32, what the norm gives to the products of `type`.
  private static func norms(_ s: BenchmarkShape) -> [KernelCase] {
    let weight = Parameter("weight", filled([s.width], .float32), decays: false)
    return types.flatMap { type in
      let count = Double(s.tokens * s.width)
      let size = Double(type.byteCount)
      return differentiable(
        "\(s.isLlama ? "RMS" : "layer") norm", s, "\(s.tokens)×\(s.width)", type, input: [s.tokens, s.width],
        inputType: .float32, .bytes(count * (4 + size)), backward: .bytes(count * (8 + size))
      ) { x, tape in
        x.norm(s.isLlama ? .rms : .layer, weight: weight, epsilon: 1e-5, outputType: type, tape: tape)
      }
    }
  }

  private static func feedForward(_ s: BenchmarkShape) -> [KernelCase] {
    types.flatMap { type in
      let bytes = Double(s.tokens * s.hiddenWidth * type.byteCount)
      let size = "\(s.tokens)×\(s.hiddenWidth)"
      return s.isLlama
        ? differentiable(
          "gate SiLU", s, size, type, input: [s.tokens, 2 * s.hiddenWidth], .bytes(3 * bytes),
          backward: .bytes(5 * bytes)
        ) { x, tape in x.gated(.silu, tape: tape) }
        : differentiable(
          "activation GELU", s, size, type, input: [s.tokens, s.hiddenWidth], .bytes(2 * bytes),
          backward: .bytes(3 * bytes)
        ) { x, tape in x.activated(.gelu, tape: tape) }
    }
  }

  /// Queries and keys, in place.
  private static func rotary(_ s: BenchmarkShape) -> [KernelCase] {
    guard s.isLlama else { return [] }
    let headWidth = s.width / s.heads
    let heads = s.heads + s.keyValueHeads
    return types.map { type in
      KernelCase(
        kernel: "rotary", shape: s.name, size: "\(s.tokens)×\(heads)×\(headWidth)", dtype: type,
        work: .bytes(2 * Double(s.tokens * heads * headWidth * type.byteCount)),
        prepare: {
          let positions = RotaryPositions(RotarySettings(base: 10_000), headWidth: headWidth)
          let rows = Variable(filled([s.tokens, s.attentionWidth], type))
          let places = (0..<s.tokens).map { Int32($0 % s.context) }
          return Run {
            _ = positions.rotate(rows, heads: heads, headWidth: headWidth, places: places, tape: nil)
          }
        })
    }
  }
}
