import LMAutograd
import LMRuntime
import LMTensor

extension Transformer {
  /// The weights under the names of `family`, float32, in the order of the model.
  public func namedTensors(_ family: any ModelFamily.Type) -> NamedTensors {
    let own = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
    var result = NamedTensors()
    result.metadata["format"] = "pt"
    for weight in family.weights(configuration) {
      if let value = own[weight.parameter] {
        result[weight.name] = weight.fileLayout(value)
      } else if let zeros = weight.zeros {
        result[weight.name] = Tensor.zeros(zeros)
      }
    }
    return result
  }

  /// Fills the parameters from tensors named as `family` names them; every misfit is named at once.
  ///
  /// Buffers that old files hold (rotary frequencies, causal masks) and a copy of a tied head are passed
  /// over; names may lack or have the prefix `transformer.` or `model.`.
  /// - Throws: ``LMError`` that lists missing, misshapen and unknown tensors.
  public func load(_ tensors: NamedTensors, _ family: any ModelFamily.Type, from place: String)
    throws(LMError)
  {
    try load(tensors, named: family.weights(configuration), from: place)
  }

  /// Fills the parameters from tensors that `weights` name; every misfit is named at once, as above.
  package func load(_ tensors: NamedTensors, named weights: [WeightName], from place: String)
    throws(LMError)
  {
    try configuration.check(tensors, named: weights, from: place)
    let own = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
    for weight in weights {
      guard let value = own[weight.parameter], let tensor = weight.tensor(in: tensors) else { continue }
      weight.copy(tensor.converted(to: .float32), into: value)
    }
  }
}

extension TransformerConfiguration {
  /// Checks that `tensors` are those that `weights` name, of the shapes that this configuration gives them.
  ///
  /// Buffers that old files hold (rotary frequencies, causal masks) and a copy of a tied head are passed over.
  /// - Throws: ``LMError`` that lists missing, misshapen and unknown tensors.
  package func check(
    _ tensors: NamedTensors, named weights: [WeightName], from place: String
  ) throws(LMError) {
    var faults: [String] = []
    var used: Set<String> = []
    for weight in weights {
      let own = shape(ofParameter: weight.parameter)
      guard let found = weight.name(in: tensors), let tensor = tensors[found] else {
        if own != nil { faults.append("\(weight.name) is missing") }
        continue
      }
      used.insert(found)
      guard let own else { continue }
      let expected = weight.fileShape(own)
      if tensor.shape != expected { faults.append("\(found) is \(tensor.shape), expected \(expected)") }
    }
    for name in tensors.names where !used.contains(name) && !Self.isIgnored(name) {
      faults.append("\(name) is unknown")
    }
    guard faults.isEmpty else {
      let shown =
        faults.prefix(12).joined(separator: ", ")
        + (faults.count > 12 ? ", and \(faults.count - 12) more" : "")
      throw LMError(at: place, shown, remedy: "use the weights that belong to this configuration")
    }
  }

  private static func isIgnored(_ name: String) -> Bool {
    name == "lm_head.weight"
      || [".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias"].contains { name.hasSuffix($0) }
  }
}

extension WeightName {
  /// The name without its leading component: files of a bare model have none.
  private var unprefixedName: String {
    name.split(separator: ".").dropFirst().joined(separator: ".")
  }

  /// The name that the tensor has in a file, nil where it is not there.
  func name(in tensors: NamedTensors) -> String? {
    [name, unprefixedName].first { tensors[$0] != nil }
  }

  /// The tensor in a file, nil where it is not there.
  package func tensor(in tensors: NamedTensors) -> Tensor? { name(in: tensors).flatMap { tensors[$0] } }

  private func part(_ value: Tensor) -> Tensor { rows.map { value.rows($0) } ?? value }

  /// Shape of the tensor in the file, for a parameter of the given shape.
  package func fileShape(_ parameter: [Int]) -> [Int] {
    let shape = rows.map { [$0.count] + parameter.dropFirst() } ?? parameter
    return layout == .transposed ? shape.reversed() : shape
  }

  /// The tensor of a file as a file would have it that calls and lays it out as `other`.
  ///
  /// Itself where the layouts are the same; else float32.
  package func tensor(_ tensor: Tensor, as other: WeightName) -> Tensor {
    guard layout != other.layout else { return tensor }
    let own = Tensor(layout == .transposed ? tensor.shape.reversed() : tensor.shape)
    WeightName(name, parameter, layout: layout).copy(tensor.converted(to: .float32), into: own)
    return WeightName(name, parameter, layout: other.layout).fileLayout(own)
  }

  /// The rows of `value` that the tensor holds, as the file lays them out.
  func fileLayout(_ value: Tensor) -> Tensor {
    let source = part(value)
    let result = Tensor(fileShape(value.shape))
    if layout == .plain {
      source.copy(into: result)
      return result
    }
    forEachElement(source) { own, file in result.floats[file] = source.floats[own] }
    return result
  }

  /// Copies a tensor of the file into its rows of `value`.
  func copy(_ tensor: Tensor, into value: Tensor) {
    let target = part(value)
    if layout == .plain { return tensor.copy(into: target) }
    forEachElement(target) { own, file in target.floats[own] = tensor.floats[file] }
  }

  /// Calls `body` with the index of each element here and in the file.
  private func forEachElement(_ tensor: Tensor, _ body: (_ own: Int, _ file: Int) -> Void) {
    let (rows, columns) =
      tensor.shape.count == 1 ? (tensor.elementCount, 1) : (tensor.rowCount, tensor.columnCount)
    switch layout {
    case .plain:
      for index in 0..<rows * columns { body(index, index) }
    case .transposed:
      for row in 0..<rows { for column in 0..<columns { body(row * columns + column, column * rows + row) } }
    case .interleavedHeads(let width):
      let heads = rows / 3 / width
      for row in 0..<rows {
        let (part, head, place) = (row / (heads * width), row / width % heads, row % width)
        let fileRow = (head * 3 + part) * width + place
        for column in 0..<columns { body(row * columns + column, fileRow * columns + column) }
      }
    case .rotaryPairs(let width):
      for row in 0..<rows {
        let (head, half, pair) = (row / width, row % width / (width / 2), row % (width / 2))
        let fileRow = head * width + 2 * pair + half
        for column in 0..<columns { body(row * columns + column, fileRow * columns + column) }
      }
    }
  }
}
