import LMTensor

/// A tensor of a model: float32 master values that are trained, with the gradient that a step collects, or values
/// that are only read, as they lie in a file.
public final class Parameter {
  /// Where it stands in the model: `layers.0.attention.output.weight`.
  public let name: String
  /// Sizes, outermost first.
  public let shape: [Int]
  /// False for what a method keeps fixed; then no gradient is computed.
  public var isTrainable = true
  /// Whether decoupled weight decay applies: matrices yes, norms and biases no.
  public let decays: Bool

  private enum Values {
    /// What fills them as soon as they are asked for; until then they take no memory.
    case pending((Tensor) -> Void)
    case masters(Tensor)
    /// Rows one part behind the other.
    case stored([Tensor])
  }
  private var values: Values

  private enum Gradient {
    case none
    case dense(Tensor)
    case product(ProductGradient)
  }

  private var collected = Gradient.none
  /// Memory of the last dense gradient, for the next.
  private var spare: Tensor?

  /// A parameter with the given values.
  public init(_ name: String, _ value: Tensor, decays: Bool) {
    precondition(value.dtype == .float32, "Parameter \(name): master values are float32")
    self.name = name
    self.decays = decays
    shape = value.shape
    values = .masters(value)
  }

  /// A parameter whose values, zeros or what `fill` writes, take no memory before ``value`` is asked for: it may
  /// be stored instead.
  public init(
    _ name: String, shape: [Int], decays: Bool, filledBy fill: @escaping (Tensor) -> Void = { $0.clear() }
  ) {
    self.name = name
    self.decays = decays
    self.shape = shape
    values = .pending(fill)
  }

  /// The values, float32. Of stored ones a copy, made anew each time.
  public var value: Tensor {
    switch values {
    case .masters(let tensor): return tensor
    case .pending(let fill):
      let tensor = Tensor(shape)
      fill(tensor)
      values = .masters(tensor)
      return tensor
    case .stored(let parts):
      let tensor = Tensor(shape)
      var row = 0
      for part in parts {
        part.copy(into: tensor.rows(row..<row + (part.shape.first ?? 0)))
        row += part.shape.first ?? 0
      }
      return tensor
    }
  }

  /// The values where they are, one or several parts by rows: the float32 masters, or what ``store(_:)`` gave.
  public var parts: [Tensor] {
    if case .stored(let parts) = values { return parts }
    return [value]
  }

  /// Whether the values are only read, from where ``store(_:)`` found them.
  public var isStored: Bool {
    if case .stored = values { return true }
    return false
  }

  /// From now on the values are those of `parts`, of any types, read where they lie and never trained.
  /// - Parameter parts: Matrices `[Nᵢ, K]`, Σ Nᵢ = N, in the order of the rows.
  public func store(_ parts: [Tensor]) {
    let columns = shape.dropFirst()
    precondition(
      parts.reduce(0) { $0 + ($1.shape.first ?? 0) } == shape.first
        && parts.allSatisfy { $0.shape.dropFirst() == columns },
      "Parameter \(name): parts \(parts.map(\.shape)) of \(shape)")
    values = .stored(parts)
    isTrainable = false
  }

  /// Product of all sizes but the last.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }
  /// Size of the last axis, 1 for a scalar.
  public var columnCount: Int { shape.last ?? 1 }

  /// Whether a gradient was collected since ``clearGradient()``.
  public var hasGradient: Bool {
    if case .none = collected { return false }
    return true
  }

  /// The gradient collected since ``clearGradient()``, float32 in the shape of ``value``; nil if none was.
  public var gradient: Tensor? {
    if case .product(let product) = collected {
      let tensor = takeSpare()
      product.write(0..<rowCount, into: tensor)
      collected = .dense(tensor)
    }
    guard case .dense(let tensor) = collected else { return nil }
    return tensor
  }

  /// Forgets the gradient; its memory stays for the next step.
  public func clearGradient() {
    if case .dense(let tensor) = collected { spare = tensor }
    collected = .none
  }

  /// Rows `range` of the gradient, float32 `[range.count, columns]`: a view where it is stored whole,
  /// computed where only its factors are. Nil if there is none.
  public func gradientRows(_ range: Range<Int>) -> Tensor? {
    switch collected {
    case .none: nil
    case .dense(let tensor): tensor.reshaped([rowCount, columnCount]).rows(range)
    case .product(let product): product.rows(range)
    }
  }

  /// Σ g² where it comes cheaper without the gradient itself; nil where the gradient is stored.
  public func sumOfSquaresOfProduct() -> Double? {
    guard case .product(let product) = collected else { return nil }
    return product.sumOfSquares()
  }

  /// Memory for a gradient; its contents are undefined.
  private func takeSpare() -> Tensor {
    defer { spare = nil }
    return spare ?? Tensor(shape)
  }

  /// Lets `body` add to the gradient. `isFirst` says that nothing is there yet: `body` overwrites.
  public func collect(_ body: (_ gradient: Tensor, _ isFirst: Bool) -> Void) {
    guard isTrainable else { return }
    if let sum = gradient {
      body(sum, false)
    } else {
      let fresh = takeSpare()
      body(fresh, true)
      collected = .dense(fresh)
    }
  }

  /// Like ``collect(_:)`` for operations that can only add: the first time it starts from zeros.
  public func collectSum(_ body: (_ gradient: Tensor) -> Void) {
    collect { gradient, isFirst in
      if isFirst { gradient.clear() }
      body(gradient)
    }
  }

  /// Adds outputsᵀ inputs to the gradient of this `[N, K]`.
  ///
  /// The first one is kept as its factors where that saves memory.
  /// - Parameters:
  ///   - outputs: `[M, N]`. With `isShared` it may change later and is copied when kept.
  ///   - inputs: `[M, K]`; does not change later.
  func collectProduct(_ outputs: Tensor, isShared: Bool, _ inputs: Tensor, precision: DType) {
    guard keepsFactors(tokens: outputs.rowCount) else {
      return addProduct(outputs, inputs, precision: precision)
    }
    var kept = outputs
    if isShared || outputs.dtype != precision {
      kept = Tensor(outputs.shape, dtype: precision)
      outputs.copy(into: kept)
    }
    keepProduct(kept, inputs, precision: precision)
  }

  /// Whether a gradient of so many tokens takes less memory as its factors, and there is none yet.
  func keepsFactors(tokens: Int) -> Bool {
    isTrainable && !hasGradient
      && ProductGradient.pays(tokens: tokens, outputs: rowCount, inputs: columnCount)
  }

  /// Makes outputsᵀ inputs, neither of which changes later, the gradient of this `[N, K]`, which has none.
  func keepProduct(_ outputs: Tensor, _ inputs: Tensor, precision: DType) {
    precondition(!hasGradient, "Parameter \(name): the gradient is there already")
    collected = .product(ProductGradient(outputs: outputs, inputs: inputs, precision: precision))
  }

  /// Adds outputsᵀ inputs to the gradient, as numbers.
  func addProduct(_ outputs: Tensor, _ inputs: Tensor, precision: DType) {
    collect { sum, isFirst in
      MatrixProduct.multiply(
        .columns(of: outputs), .columns(of: inputs), precision: precision,
        into: isFirst ? MatrixResult(sum) : MatrixResult(sum, adding: sum))
    }
  }

  /// Adds row i of the float32 `[M, K]` `rows` to row `ids[i]` of the gradient.
  func collectRows(_ ids: [Int32], _ rows: Tensor) {
    guard isTrainable else { return }
    if case .product(var product) = collected, product.scattered == nil {
      let copy = Tensor(rows.shape)
      rows.copy(into: copy)
      product.scattered = (ids, copy)
      collected = .product(product)
    } else {
      collectSum { rows.scatterRows(ids, into: $0) }
    }
  }
}
