import LMTensor

extension ModelConfigFile {
  /// This configuration without the heads of which a folder has no tensor at all: sentence encoders are often
  /// saved without the heads that `architectures` still names.
  public func withOutputs(in tensors: Set<String>) -> ModelConfigFile {
    var own = configuration
    func isAbsent(_ parameter: String) -> Bool {
      let names = family.weights(configuration).filter { $0.parameter.hasPrefix(parameter) }
      return !names.isEmpty && !names.contains { $0.spellings.contains(where: tensors.contains) }
    }
    if ["head.transform", "head.norm", "head.bias"].allSatisfy(isAbsent) {
      own.outputs.subtract(.masked)
      own.tiesHead = true
    }
    if own.outputs.contains(.nextSentence), isAbsent("next_sentence"), isAbsent("pooler") {
      own.outputs.subtract([.pooler, .nextSentence])
    }
    if !own.outputs.contains(.nextSentence), isAbsent("pooler") { own.outputs.remove(.pooler) }
    return ModelConfigFile(family: family, configuration: own, specialTokens: specialTokens)
  }
}
