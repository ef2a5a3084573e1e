import LMAutograd
import LMRuntime
import LMTensor

extension Transformer {
  /// The weights under the names of `family`, in the order of the model: float32, or as they are stored.
  public func namedTensors(_ family: any ModelFamily.Type) -> NamedTensors {
    let own = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    var result = NamedTensors()
    result.metadata["format"] = "pt"
    for weight in family.weights(configuration) {
      if let parameter = own[weight.parameter] {
        result[weight.name] = weight.tensor(of: parameter)
      } else if let zeros = weight.zeros {
        result[weight.name] = Tensor.zeros(zeros)
      }
    }
    return result
  }

  /// Fills the parameters, in float32 and to be trained, from tensors named as `family` names them; every misfit
  /// is named at once.
  ///
  /// Buffers that old files hold (rotary frequencies, causal masks), a copy of a tied head and what a multimodal
  /// model sees with are passed over, as is what the family names; names may lack or have the prefix `transformer.` or `model.`.
  /// - Throws: ``LMError`` that lists missing, misshapen and unknown tensors.
  public func load(_ tensors: NamedTensors, _ family: any ModelFamily.Type, from place: String)
    throws(LMError)
  {
    let names = family.weights(configuration)
    for match in try matches(tensors, names, passingOver: family.passesOver, from: place) {
      match.weight.ownLayout(match.tensor).copy(into: match.weight.part(of: match.parameter.value))
    }
  }

  /// A model that reads its matrices where `tensors` hold them, of any type, in a mapped file perhaps, and is not
  /// trained. Only norms, biases and what the file lays out in another way are copied.
  /// - Throws: ``LMError`` that lists missing, misshapen and unknown tensors, or those that hold NaN; before any
  ///   memory is taken.
  /// - Complexity: reads all numbers once, at the speed of memory.
  public convenience init(
    opening tensors: NamedTensors, _ configuration: TransformerConfiguration,
    _ family: any ModelFamily.Type, from place: String
  ) throws(LMError) {
    try self.init(
      opening: tensors, configuration, named: family.weights(configuration), passingOver: family.passesOver,
      from: place)
  }

  /// The same for tensors that `names` name.
  package convenience init(
    opening tensors: NamedTensors, _ configuration: TransformerConfiguration, named names: [WeightName],
    passingOver isPassedOver: (String, TransformerConfiguration) -> Bool = { _, _ in false },
    from place: String
  ) throws(LMError) {
    self.init(configuration)
    let found = try matches(tensors, names, passingOver: isPassedOver, from: place)
    let broken = found.filter { !$0.tensor.isFinite }.map(\.weight.name)
    guard broken.isEmpty else {
      throw LMError(
        at: place, "NaN or infinite numbers in \(Self.list(broken))", remedy: "use a copy that is not damaged"
      )
    }
    var parts: [String: [WeightMatch]] = [:]
    for match in found {
      parts[match.parameter.name, default: []].append(match)
    }
    for parameter in parameters {
      let matches = (parts[parameter.name] ?? []).sorted { $0.firstRow < $1.firstRow }
      if parameter.shape.count == 2 {
        parameter.store(matches.map { $0.weight.ownLayout($0.tensor) })
      } else {
        for match in matches {
          match.weight.ownLayout(match.tensor.converted(to: .float32))
            .copy(into: match.weight.part(of: parameter.value))
        }
      }
      parameter.isTrainable = false
    }
  }

  private static let misfitRemedy = "use the weights that belong to this configuration"

  /// Checks that `tensors` are those that `names` name, of the shapes of this model; takes no memory.
  /// - Throws: ``LMError`` that lists missing, misshapen and unknown tensors.
  package func check(
    _ tensors: NamedTensors, named names: [WeightName],
    passingOver isPassedOver: (String, TransformerConfiguration) -> Bool = { _, _ in false },
    from place: String
  ) throws(LMError) {
    _ = try matches(tensors, names, passingOver: isPassedOver, from: place)
  }

  /// Every name with its tensor and the parameter that it fills, wholly or some rows of it.
  private func matches(
    _ tensors: NamedTensors, _ names: [WeightName],
    passingOver isPassedOver: (String, TransformerConfiguration) -> Bool, from place: String
  ) throws(LMError) -> [WeightMatch] {
    let own = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    var matches: [WeightMatch] = []
    var faults: [String] = []
    var used: Set<String> = []
    for weight in names {
      let found = weight.spellings.first { tensors[$0] != nil }
      guard let found, let tensor = tensors[found] else {
        if own[weight.parameter] != nil { faults.append("\(weight.name) is missing") }
        continue
      }
      used.insert(found)
      guard let parameter = own[weight.parameter] else { continue }
      let expected = weight.fileShape(parameter.shape)
      guard tensor.shape == expected else {
        faults.append("\(found) is \(tensor.shape), expected \(expected)")
        continue
      }
      matches.append(WeightMatch(weight: weight, tensor: tensor, parameter: parameter))
    }
    for name in tensors.names
    where !used.contains(name) && !Self.isIgnored(name)
      && !isPassedOver(name, configuration)
    {
      faults.append("\(name) is unknown")
    }
    guard faults.isEmpty else {
      throw LMError(at: place, Self.list(faults), remedy: Self.misfitRemedy)
    }
    return matches
  }

  /// The first twelve, and how many more there are.
  private static func list(_ items: [String]) -> String {
    items.prefix(12).joined(separator: ", ") + (items.count > 12 ? ", and \(items.count - 12) more" : "")
  }

  private static func isIgnored(_ name: String) -> Bool {
    let ends = [
      ".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias",
    ]
    let heads = ["lm_head.weight", "embed_out.weight", "language_model.lm_head.weight"]
    let otherSenses = ["vision_tower.", "multi_modal_projector."].flatMap { [$0, "model.\($0)"] }
    return heads.contains(name) || ends.contains { name.hasSuffix($0) }
      || otherSenses.contains { name.hasPrefix($0) }
  }
}

/// A tensor of a file and the parameter it belongs to.
private struct WeightMatch {
  let weight: WeightName
  let tensor: Tensor
  let parameter: Parameter

  var firstRow: Int { weight.rows?.lowerBound ?? 0 }
}
