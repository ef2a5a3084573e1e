import ArgumentParser
import LMRuntime
import LMTraining
import LMTransformer

/// `lm info`: what a model is made of.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Say what a model and its tokenizer are made of.")

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?

  func run() throws {
    try common.apply()
    let path = try model ?? BundledModel.path()
    let folder = try ModelFolder(opening: path)
    let c = folder.config.configuration
    var object = JSONObject()
    object["model"] = .string(path)
    object["family"] = .string(folder.config.family.modelType)
    object["parameters"] = .integer(c.parameterCount)
    if case .object(let choices) = c.json {
      for choice in choices.members { object[choice.key] = choice.value }
    }
    for (key, id) in folder.config.specialTokens.sorted(by: { $0.key < $1.key }) {
      object[key] = .integer(id)
    }
    object["tokenizer_entries"] = folder.tokenizer.map { .integer($0.vocabularySize) } ?? .null
    printObject(object, asJSON: common.json)
  }
}
