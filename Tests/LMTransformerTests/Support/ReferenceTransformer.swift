import Glibc
import LMAttention
import LMAutograd
import LMTestSupport
import LMTransformer

/// The Transformer of a configuration, written out naively in double precision: one loop per formula, no cache,
/// no tiles. The oracle of logits, losses and gradients.
struct ReferenceTransformer {
  typealias Row = [Double]

  let configuration: TransformerConfiguration
  /// Row-major values by the names of ``Transformer/parameters``.
  var weights: [String: [Double]]

  init(_ model: Transformer) {
    configuration = model.configuration
    weights = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, doubles($0.value)) })
  }

  /// Scores `[T][V]` of one sequence.
  func logits(_ ids: [Int32], segments: [Int32]? = nil) -> [Row] {
    let c = configuration
    return hidden(ids, segments: segments).map { row in
      var row = row
      if c.outputs.contains(.transform) {
        row = norm(linear(row, "head.transform").map(activation), "head.norm")
      }
      row = product(row, c.tiesHead ? "embedding.weight" : "head.weight")
      if let bias = weights["head.bias"] { row = sum(row, bias) }
      return row.map { capped($0, c.logitSoftCap) }
    }
  }

  /// Scores `[2]` that the second segment of one sequence continues the first, and that it does not.
  func nextSentence(_ ids: [Int32], segments: [Int32]? = nil) -> Row {
    let pooled = linear(hidden(ids, segments: segments)[0], "pooler").map { tanh($0) }
    return linear(pooled, "next_sentence")
  }

  /// Hidden states `[T][D]` of one sequence.
  func hidden(_ ids: [Int32], segments: [Int32]? = nil) -> [Row] {
    let c = configuration
    var stream = ids.indices.map { embedded(ids[$0], at: $0, segment: Int(segments?[$0] ?? 0)) }  // [T][D]
    for layer in 0..<c.layers {
      let name = "layers.\(layer)"
      let entering = stream
      stream = residual(stream, stream, "\(name).attention") { attention($0, layer) }
      stream = residual(c.isParallel ? entering : stream, stream, "\(name).feed_forward") {
        $0.map { feedForward($0, "\(name).feed_forward") }
      }
    }
    return c.normPlacement == .post ? stream : stream.map { norm($0, "norm") }
  }

  /// Sum of the smoothed cross-entropies of the counted targets `[B · T]`.
  func loss(_ ids: [Int32], targets: [Int32], tokens: Int, smoothing: Double) -> Double {
    var total = 0.0
    for start in stride(from: 0, to: ids.count, by: tokens) {
      let rows = logits(Array(ids[start..<start + tokens]))
      for (row, target) in zip(rows, targets[start..<start + tokens]) where target >= 0 {
        total += Self.crossEntropy(row, target, smoothing: smoothing)
      }
    }
    return total
  }

  /// The smoothed cross-entropy of one row of scores.
  static func crossEntropy(_ row: Row, _ target: Int32, smoothing: Double = 0) -> Double {
    let highest = row.max() ?? 0
    let logSum = highest + log(row.reduce(0) { $0 + exp($1 - highest) })
    let mean = row.reduce(0) { $0 + logSum - $1 } / Double(row.count)
    return (1 - smoothing) * (logSum - row[Int(target)]) + smoothing * mean
  }

  private func embedded(_ id: Int32, at place: Int, segment: Int) -> Row {
    let c = configuration
    var row = slice("embedding.weight", Int(id), c.width).map { $0 * Double(c.embeddingScale) }
    if c.segments > 0 { row = sum(row, slice("segments.weight", segment, c.width)) }
    switch c.position {
    case .learned: row = sum(row, slice("positions.weight", place + c.positionOffset, c.width))
    case .sinusoidal:
      let half = (c.width + 1) / 2
      for i in 0..<c.width {
        let angle = Double(place) * pow(10_000, -2 * Double(i % half) / Double(c.width))
        row[i] += i < half ? sin(angle) : cos(angle)
      }
    case .rotary, .alibi: break
    }
    return c.normsEmbedding ? norm(row, "embedding.norm") : row
  }

  private func residual(
    _ read: [Row], _ stream: [Row], _ name: String, _ layer: ([Row]) -> [Row]
  ) -> [Row] {
    let isPost = configuration.normPlacement == .post
    let inner = layer(isPost ? read : read.map { norm($0, "\(name).norm") })
    return zip(stream, inner).map { x, y in
      var branch = linear(y, "\(name).output")
      if configuration.normPlacement == .sandwich { branch = norm(branch, "\(name).output_norm") }
      branch = branch.map { $0 * Double(configuration.residualScale) }
      return isPost ? norm(sum(x, branch), "\(name).norm") : sum(x, branch)
    }
  }

  private func capped(_ x: Double, _ cap: Float?) -> Double {
    cap.map { Double($0) * tanh(x / Double($0)) } ?? x
  }

  private func attention(_ stream: [Row], _ layer: Int) -> [Row] {
    let (c, d, name) = (configuration, configuration.headWidth, "layers.\(layer).attention")
    let slopes = RelativeBias.alibi(heads: c.heads, maximum: c.alibiMaximum).headSlopes
    let scale = c.attentionScale.map(Double.init) ?? 1 / Double(d).squareRoot()
    let rows = stream.enumerated().map { place, x in heads(linear(x, "\(name).input"), layer, place) }
    return rows.indices.map { query in
      let isHidden = rows.indices.map { key in
        (c.isCausal && key > query) || (c.window(layer: layer).map { abs(query - key) >= $0 } ?? false)
      }
      return (0..<c.heads).flatMap { head -> Row in
        let group = head / (c.heads / c.keyValueHeads)
        var scores = rows.indices.map { key -> Double in
          if isHidden[key] { return -.infinity }
          let (q, k) = (rows[query][head], rows[key][c.heads + group])
          let distance = c.position == .alibi ? Double(slopes[head]) * Double(abs(query - key)) : 0
          return capped(zip(q, k).reduce(0) { $0 + $1.0 * $1.1 } * scale, c.attentionSoftCap) - distance
        }
        let highest = scores.max() ?? 0
        scores = scores.map { exp($0 - highest) }
        let total = scores.reduce(0, +)
        return (0..<d).map { i in
          rows.indices.reduce(0) { $0 + scores[$1] / total * rows[$1][c.heads + c.keyValueHeads + group][i] }
        }
      }
    }
  }

  /// Query, key and value heads `[H + 2G][d]` of one row, normed and rotated.
  private func heads(_ row: Row, _ layer: Int, _ place: Int) -> [Row] {
    let (c, d, name) = (configuration, configuration.headWidth, "layers.\(layer).attention")
    return (0..<c.heads + 2 * c.keyValueHeads).map { index in
      var head = Array(row[index * d..<(index + 1) * d])
      guard index < c.heads + c.keyValueHeads else { return head }
      if c.normsQueriesAndKeys {
        head = rmsNorm(head, "\(name).\(index < c.heads ? "query" : "key")_norm.weight")
      }
      guard let rotary = c.rotary(layer: layer) else { return head }
      let w = rotary.width ?? d
      return head.indices.map { i in
        if i >= w { return head[i] }
        var frequency = pow(rotary.base, -2 * Double(i % (w / 2)) / Double(w))
        if case .linear(let factor) = rotary.scaling { frequency /= factor }
        let angle = Double(place) * frequency
        return i < w / 2
          ? head[i] * cos(angle) - head[i + w / 2] * sin(angle)
          : head[i] * cos(angle) + head[i - w / 2] * sin(angle)
      }
    }
  }

  private func feedForward(_ x: Row, _ name: String) -> Row {
    let hidden = linear(x, "\(name).input")
    guard configuration.isGated else { return hidden.map(activation) }
    let width = configuration.hiddenWidth
    return (0..<width).map { activation(hidden[$0]) * hidden[width + $0] }
  }

  private func activation(_ x: Double) -> Double {
    switch configuration.activation {
    case .relu: max(0, x)
    case .gelu: x / 2 * (1 + erf(x / 2.0.squareRoot()))
    case .geluTanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .silu: x / (1 + exp(-x))
    case .tanh: tanh(x)
    }
  }

  private func norm(_ x: Row, _ name: String) -> Row {
    if configuration.norm == .rms { return rmsNorm(x, "\(name).weight") }
    let mean = x.reduce(0, +) / Double(x.count)
    let normed = rmsNorm(x.map { $0 - mean }, "\(name).weight")
    return weights["\(name).bias"].map { sum(normed, $0) } ?? normed
  }

  private func rmsNorm(_ x: Row, _ name: String) -> Row {
    let square = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    let factor = 1 / (square + Double(configuration.normEpsilon)).squareRoot()
    return zip(x, weights[name] ?? []).map { $0 * $1 * factor }
  }

  private func linear(_ x: Row, _ name: String) -> Row {
    let y = product(x, "\(name).weight")
    return weights["\(name).bias"].map { sum(y, $0) } ?? y
  }

  /// W x for W `[N, K]`.
  private func product(_ x: Row, _ name: String) -> Row {
    let weight = weights[name] ?? []
    return weight.withUnsafeBufferPointer { weight in
      (0..<weight.count / x.count).map { n in
        var y = 0.0
        for k in x.indices { y += weight[n * x.count + k] * x[k] }
        return y
      }
    }
  }

  private func slice(_ name: String, _ row: Int, _ width: Int) -> Row {
    Array((weights[name] ?? [])[row * width..<(row + 1) * width])
  }

  private func sum(_ a: Row, _ b: Row) -> Row { zip(a, b).map { $0 + $1 } }
}
